// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "agent/net/asio.h"
#include "agent/net/fd.h"
#include "sip/ip_address.h"
#include "sip/result.h"

namespace sipward::net {

/// A bound UDP socket, not yet in use: opened while there are privileges, used without.
struct BoundUdp {
  Fd fd;
  sip::Endpoint local;  ///< with the port that was really bound
  int receive_buffer = 0;
};

struct UdpOptions {
  /// The packet's mark with each datagram (SO_RCVMARK, Linux 5.19).
  bool want_mark = false;
  /// Asked for; the kernel gives at most net.core.rmem_max to who has no privilege.
  int receive_buffer = 8 << 20;
};

/// Binds to one address of this host. Not to a wildcard: the local end is part of a flow. The
/// address must be there: a listener on an address that nobody has is a mistake more often than a
/// plan, and the service manager starts a daemon again that came too early. The error is a sentence
/// for the operator.
sip::Result<BoundUdp, std::string> bind_udp(const sip::Endpoint& local, const UdpOptions& options);

/// One datagram, valid during the call.
struct Received {
  std::string_view bytes;
  sip::Endpoint remote;
  std::uint32_t mark = 0;
};

/// A UDP socket at work: batches in, a bounded queue out. One thread, that of the io_context, which
/// must outlive it.
class UdpSocket {
 public:
  static constexpr std::size_t kBatch = 64;
  static constexpr std::size_t kMaxQueued = 8'192;
  static constexpr std::size_t kMaxDatagram = 65'535;

  struct Counters {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t dropped_by_kernel = 0;  ///< the receive buffer was full (SO_RXQ_OVFL)
    std::uint64_t dropped_queue_full = 0;
    std::uint64_t dropped_unsendable = 0;  ///< the kernel refused: no route, too long
    std::uint64_t receive_errors = 0;
  };
  using Receiver = std::function<void(std::span<const Received>)>;

  UdpSocket(asio::io_context& io, BoundUdp bound);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  /// Calls `receiver` with each batch from now on.
  void start(Receiver receiver);
  /// Queues; what does not fit is dropped and counted, as a network would.
  void send(const sip::Endpoint& to, std::string bytes);

  [[nodiscard]] const sip::Endpoint& local() const;
  [[nodiscard]] const Counters& counters() const;

 private:
  struct State;
  static asio::awaitable<void> receive_loop(std::shared_ptr<State> state, Receiver receiver);
  static asio::awaitable<void> send_loop(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace sipward::net
