// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

/// Questions to the kernel by netlink, in the network namespace of the calling thread. Octets are
/// string_views: what the kernel answers is read as carefully as what strangers send.
namespace sipward::dataplane {

/// A fixed header, then attributes.
class NetlinkRequest {
 public:
  NetlinkRequest(std::uint16_t type, std::uint16_t flags) : type_(type), flags_(flags) {}

  template <class T>
  NetlinkRequest& header(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    body_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    pad();
    return *this;
  }
  NetlinkRequest& attribute(std::uint16_t type, std::string_view payload);
  [[nodiscard]] std::string octets() const;

 private:
  void pad() { body_.resize((body_.size() + 3) / 4 * 4, '\0'); }

  std::uint16_t type_;
  std::uint16_t flags_;
  std::string body_;
};

/// Type of the message, and what follows its header.
using NetlinkReader = std::function<void(std::uint16_t type, std::string_view body)>;

/// Reads the whole answer. False: the kernel refused, or said no end; errno is set.
bool ask_kernel(int protocol, const NetlinkRequest& request, const NetlinkReader& read);

/// The payload of the first attribute of this type.
[[nodiscard]] std::optional<std::string_view> find_attribute(std::string_view attributes,
                                                             std::uint16_t type);
/// nullopt: it is not of this size.
template <class T>
[[nodiscard]] std::optional<T> read_octets(std::optional<std::string_view> octets) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (!octets || octets->size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, octets->data(), sizeof(value));
  return value;
}
/// Without the zero at its end.
[[nodiscard]] std::string read_text(std::optional<std::string_view> octets);

}  // namespace sipward::dataplane
