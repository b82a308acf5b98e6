// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sip/keyed_hash.h"
#include "sip/uri.h"

namespace sipward::ims {

/// Private identity: the Digest username, an NAI `user@realm` (TS 23.003 13.3). Compared octet by
/// octet.
struct Impi {
  std::string text;
  auto operator<=>(const Impi&) const = default;
};

/// Public identity in its one canonical form (RFC 3261 10.3, TS 24.229 5.2.6.3.1): scheme and host
/// in lower case, IPv6 by value, unreserved escapes resolved, password, URI parameters and headers
/// dropped, port kept, user part case-sensitive. A SIP URI with user=phone is the tel URI it stands
/// for, if its user part is a telephone number; a tel number has no visual separators and keeps
/// ext, isub and phone-context. Two IMPUs are the same if and only if their texts are.
class Impu {
 public:
  /// nullopt for a URI that cannot name a user: not sip, sips or tel, without user part, or with an
  /// escaped control octet in it, where a reader that unescapes into a C string would end.
  static std::optional<Impu> from(const sip::Uri& uri);
  static std::optional<Impu> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_tel() const { return text_.starts_with("tel:"); }
  auto operator<=>(const Impu&) const = default;

 private:
  explicit Impu(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace sipward::ims

template <>
struct std::hash<sipward::ims::Impi> {
  std::size_t operator()(const sipward::ims::Impi& impi) const noexcept {
    return sipward::sip::keyed_hash(impi.text);
  }
};
template <>
struct std::hash<sipward::ims::Impu> {
  std::size_t operator()(const sipward::ims::Impu& impu) const noexcept {
    return sipward::sip::keyed_hash(impu.text());
  }
};
