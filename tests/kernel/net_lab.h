// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "agent/dataplane/descriptor.h"
#include "agent/dataplane/gate.h"
#include "tests/kernel/packet_builder.h"

namespace sipward::test {

/// A network namespace without a name: it ends with this process, whatever happens.
class Namespace {
 public:
  Namespace();
  /// Runs in a thread of its own, inside. An exception comes out as std::runtime_error.
  void run(const std::function<void()>& work) const;
  /// `ip link set ...`; throws when it fails.
  void shell(const std::string& command) const;
  [[nodiscard]] std::string path() const;

 private:
  dataplane::Descriptor fd_;
};

/// A gate's host and a UE's, joined by a veth pair: sw0 (the gate's) and sw1.
class NetLab {
 public:
  NetLab();

  void join();   ///< makes the pair and the addresses
  void sever();  ///< deletes it
  [[nodiscard]] const Namespace& gate() const { return gate_; }
  [[nodiscard]] const Namespace& ue() const { return ue_; }

  // dataplane/gate.h, on the gate's host.
  [[nodiscard]] sip::Result<dataplane::Report, std::string> attach(
      const dataplane::GateConfig& config) const;
  [[nodiscard]] sip::Result<dataplane::Report, std::string> detach(
      const std::string& pin_path, const std::vector<std::string>& interfaces = {}) const;
  [[nodiscard]] dataplane::Status status(const dataplane::GateConfig& config) const;

 private:
  Namespace gate_;
  Namespace ue_;
};

inline constexpr std::string_view kPeer4 = "198.51.100.20";
inline constexpr std::string_view kPeer6 = "2001:db8::20";

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};
[[nodiscard]] SocketAddress make_socket_address(std::string_view ip, std::uint16_t port);

[[nodiscard]] Mac mac_of(const Namespace& host, const std::string& interface);

/// Sends frames as they are.
class Wire {
 public:
  Wire(const Namespace& host, const std::string& interface);
  void send(const Frame& frame) const;

 private:
  dataplane::Descriptor fd_;
};

/// A UDP socket; made inside the namespace it is given.
class UdpPeer {
 public:
  UdpPeer(const Namespace& host, std::string_view ip, std::uint16_t port);

  void send(std::string_view payload, std::string_view ip, std::uint16_t port) const;
  struct Datagram {
    std::string payload;
    std::uint32_t mark = 0;
  };
  /// The next datagram; nullopt when none came for two seconds.
  [[nodiscard]] std::optional<Datagram> receive() const;
  /// One that is there already.
  [[nodiscard]] std::optional<Datagram> receive_now() const;

 private:
  [[nodiscard]] std::optional<Datagram> receive_within(int milliseconds) const;
  dataplane::Descriptor fd_;
};

}  // namespace sipward::test
