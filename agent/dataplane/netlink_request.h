// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "agent/dataplane/descriptor.h"
#include "agent/dataplane/netlink_octets.h"

/// Questions to the kernel by netlink, in the network namespace of the calling thread.
namespace sipward::dataplane {

/// A fixed header, then attributes.
class NetlinkRequest {
 public:
  /// NLM_F_DUMP in `flags`: for all there are; 0: for one.
  NetlinkRequest(std::uint16_t type, std::uint16_t flags) : type_(type), flags_(flags) {}

  template <class T>
  NetlinkRequest& header(const T& value) {
    append(octets_of(value));
    return *this;
  }
  NetlinkRequest& attribute(std::uint16_t type, Octets value);
  [[nodiscard]] std::vector<std::byte> octets() const;

 private:
  void append(Octets octets);

  std::uint16_t type_;
  std::uint16_t flags_;
  std::vector<std::byte> body_;
};

/// One datagram of the kernel's.
struct NetlinkDatagram {
  Octets octets;
  bool cut = false;  ///< it was longer than the buffer
};
inline constexpr std::size_t kNetlinkBuffer = 32'768;  // the kernel makes none larger by itself

/// NETLINK_ROUTE, NETLINK_GENERIC. errno is set when it cannot.
[[nodiscard]] Descriptor open_netlink(int protocol);
/// `flags` as of recvmsg. What another process sent comes out empty. nullopt: errno is set, never
/// EINTR.
std::optional<NetlinkDatagram> receive_netlink(int socket, std::span<std::byte> buffer, int flags);

/// What is done with each message; false: no more of them.
using TakeMessage = std::function<bool(const NetlinkMessage&)>;

/// The datagrams that answer a request, read one after the other.
class NetlinkAnswer {
 public:
  NetlinkAnswer(std::uint32_t sequence, TakeMessage take)
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

struct NetlinkReader {
  TakeMessage take;  ///< when it was not a dump that was asked for, it says no at the first
  std::function<void()> start = [] {};  ///< forget what was taken: it begins, or begins again
};
inline constexpr int kNetlinkAttempts = 8;

/// 0, or an errno: EBUSY when every attempt was interrupted.
int ask_kernel(int protocol, const NetlinkRequest& request, const NetlinkReader& reader);

/// A dump of NETLINK_ROUTE of which `parse` makes values; ENOSPC when there are more than `limit`.
template <class Value>
int read_values(const NetlinkRequest& request, std::optional<Value> (*parse)(Octets),
                std::size_t limit, std::vector<Value>& values) {
  bool full = false;
  const auto forget = [&] { values.clear(); };
  const auto take = [&](const NetlinkMessage& message) {
    auto value = parse(message.body);
    full = value && values.size() == limit;
    if (value && !full) values.push_back(*std::move(value));
    return !full;
  };
  const int error = ask_kernel(NETLINK_ROUTE, request, {.take = take, .start = forget});
  return full ? ENOSPC : error;
}

}  // namespace sipward::dataplane
