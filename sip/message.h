// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/arena.h"
#include "sip/field.h"
#include "sip/method.h"
#include "sip/uri.h"

namespace sipward::sip {

/// One value of one header field. The views live as long as the message they came from.
struct Header {
  Field field = Field::kUnknown;
  std::string_view name;   ///< canonical, or as received for kUnknown
  std::string_view value;  ///< unfolded, trimmed
};

/// A SIP request or response as a value. Move-only: it owns one buffer and its headers are views
/// into it; `clone()` copies on purpose.
///
/// Invariant of a message that `parse_message` made: the mandatory headers stand exactly once (Via:
/// at least once), every header the product knows parses by its own grammar, and a field of kind
/// kList has one row per value; a row without a value stands for an empty list (`Supported:`).
/// There is no Content-Length: the body's size says it. Whoever edits a message keeps that.
class Message {
 public:
  static Message request(Method method, Uri uri);
  static Message request(std::string_view method, Uri uri);
  static Message response(int status, std::string_view reason = {});  ///< empty: the RFC's phrase

  Message(Message&&) noexcept = default;
  Message& operator=(Message&&) noexcept = default;
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
  ~Message() = default;
  [[nodiscard]] Message clone() const;

  [[nodiscard]] bool is_request() const { return status_ == 0; }
  [[nodiscard]] Method method() const { return method_; }  ///< requests only
  [[nodiscard]] std::string_view method_text() const { return method_text_; }
  [[nodiscard]] const Uri& request_uri() const { return request_uri_; }
  void set_request_uri(Uri uri) { request_uri_ = std::move(uri); }
  [[nodiscard]] int status() const { return status_; }  ///< 100-699; 0 for a request
  [[nodiscard]] std::string_view reason() const { return reason_; }

  [[nodiscard]] const std::vector<Header>& headers() const { return headers_; }
  /// The first value of the field, or nullopt.
  [[nodiscard]] std::optional<std::string_view> find(Field field) const;
  [[nodiscard]] std::vector<std::string_view> all(Field field) const;
  [[nodiscard]] std::size_t count(Field field) const;
  [[nodiscard]] bool has(Field field) const { return find(field).has_value(); }

  /// After the last row of the field, or at the end.
  void add(Field field, std::string_view value);
  void add_unknown(std::string_view name, std::string_view value);
  /// Before the first row of the field, or at the top.
  void prepend(Field field, std::string_view value);
  /// One row with this value in the place of all.
  void set(Field field, std::string_view value);
  /// The first row's value replaced; there must be one.
  void set_first(Field field, std::string_view value);
  /// All rows; returns how many there were.
  std::size_t remove(Field field);
  void remove_first(Field field);
  /// Rows of the field for which `drop(value)` is true; returns how many there were.
  template <class Predicate>
  std::size_t remove_if(Field field, Predicate drop) {
    return std::erase_if(headers_,
                         [&](const Header& h) { return h.field == field && drop(h.value); });
  }

  [[nodiscard]] std::string_view body() const { return body_; }
  void set_body(std::string_view body) { body_ = arena_.keep(body); }

 private:
  friend class Reader;
  Message() = default;

  Arena arena_;
  int status_ = 0;
  Method method_ = Method::kOther;
  std::string_view method_text_;
  Uri request_uri_;
  std::string_view reason_;
  std::vector<Header> headers_;
  std::string_view body_;
};

/// The phrase of RFC 3261 21 and the extensions; "Unknown" for a code without one.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace sipward::sip
