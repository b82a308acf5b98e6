// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <type_traits>

#include "agent/dataplane/descriptor.h"

namespace sipward::dataplane {

using Octets = std::span<const std::byte>;

/// The first octets as a T; nullopt when there are fewer.
template <class T>
std::optional<T> read_as(Octets octets) {
  static_assert(std::is_trivially_copyable_v<T>);
  if (octets.size() < sizeof(T)) return std::nullopt;
  T value{};
  std::memcpy(&value, octets.data(), sizeof(T));
  return value;
}

/// Octets behind the first `count` and what pads them to four; empty when there are fewer.
[[nodiscard]] Octets behind(Octets octets, std::size_t count);

struct NetlinkMessage {
  nlmsghdr header{};
  Octets body;
};
/// Takes the next message off a datagram. nullopt: `rest` is empty, or malformed from here on.
std::optional<NetlinkMessage> next_message(Octets& rest);

struct NetlinkAttribute {
  std::uint16_t type = 0;
  Octets value;
};
/// In the same way, of a message's attributes.
std::optional<NetlinkAttribute> next_attribute(Octets& rest);

/// One datagram of the kernel's.
struct NetlinkDatagram {
  Octets octets;
  bool cut = false;  ///< it was longer than the buffer
};
inline constexpr std::size_t kNetlinkBuffer = 32'768;  // the kernel makes none larger by itself

/// NETLINK_ROUTE in the current network namespace. errno is set when it cannot.
[[nodiscard]] Descriptor open_netlink();
/// `flags` as of recvmsg. What another process sent comes out empty. nullopt: errno is set, never
/// EINTR.
std::optional<NetlinkDatagram> receive_netlink(int socket, std::span<std::byte> buffer, int flags);

/// What is done with each message; false: no more of them.
using TakeMessage = std::function<bool(const NetlinkMessage&)>;

/// The datagrams that answer a dump, read one after the other.
class DumpAnswer {
 public:
  DumpAnswer(std::uint32_t sequence, TakeMessage take)
      : sequence_(sequence), take_(std::move(take)) {}

  /// True: that was the last one.
  bool read(const NetlinkDatagram& datagram);
  [[nodiscard]] int error() const { return error_; }
  /// Something changed meanwhile: what was taken may lack something.
  [[nodiscard]] bool interrupted() const { return interrupted_ && !stopped_; }

 private:
  bool take(const NetlinkMessage& message);
  bool end(int error);

  std::uint32_t sequence_;
  TakeMessage take_;
  int error_ = 0;
  bool interrupted_ = false;
  bool stopped_ = false;
};

struct DumpReader {
  std::function<void()> start;  ///< forget what was taken: the dump begins, or begins again
  TakeMessage take;
};
inline constexpr int kDumpAttempts = 8;

/// Asks by a header and what follows it. 0, or an errno: EBUSY when every attempt was interrupted.
int dump_netlink(std::uint16_t type, Octets body, const DumpReader& reader);

template <class Body>
int dump_netlink(std::uint16_t type, const Body& body, const DumpReader& reader) {
  return dump_netlink(type, std::as_bytes(std::span(&body, 1)), reader);
}

}  // namespace sipward::dataplane
