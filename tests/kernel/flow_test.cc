// SPDX-License-Identifier: Apache-2.0
// Segments of sources without a row pass for a connection that the kernel has, or for the answer to
// its SYN cookie (RFC 4987 3.6).
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/net_lab.h"
#include "tests/kernel/tcp_socket.h"

namespace sipward::test {
namespace {

constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";

/// A host that is gate and UE at once, on its loopback. BPF_PROG_TEST_RUN looks for sockets in the
/// namespace of its caller.
class Flow : public testing::TestWithParam<bool> {
 protected:
  Flow() {
    host_.shell("ip link set lo up");
    for (const std::string_view ip : {kGate4, kUe4, kGate6, kUe6}) {
      const bool v6 = ip.find(':') != std::string_view::npos;
      host_.shell("ip addr add " + std::string(ip) + (v6 ? "/128 dev lo nodad" : "/32 dev lo"));
    }
    auto config = test_config();
    for (int i = 0; i < 2; ++i) {
      config.listeners.push_back(
          {.local = config.listeners[i].local, .transport = sip::Transport::kTcp});
    }
    gate_.emplace(config);
  }

  [[nodiscard]] Packet segment(std::uint8_t flags, std::string_view text = "") const {
    return GetParam() ? tcp_from_ue6(flags, text) : tcp_from_ue4(flags, text);
  }
  void expect(const std::vector<Counted>& cases) {
    host_.run([&] { expect_all(*gate_, cases); });
  }
  [[nodiscard]] TcpSocket listen() const { return TcpSocket::listen(host_, gate_ip_, kSip); }
  [[nodiscard]] TcpSocket connect() const {
    return TcpSocket::connect(host_, {ue_ip_, kUePort, gate_ip_, kSip});
  }

  const std::string_view gate_ip_ = GetParam() ? kGate6 : kGate4;
  const std::string_view ue_ip_ = GetParam() ? kUe6 : kUe4;
  Namespace host_;
  std::optional<GateUnderTest> gate_;
};

TEST_P(Flow, ASegmentOfAConnectionPassesWithoutATag) {
  const TcpSocket listener = listen();
  const TcpSocket client = connect();
  const TcpSocket server = listener.accept();
  expect({{"segment", segment(kAck | kPsh, kMessage), "flow_segment"},
          {"FIN", segment(kAck | kFin), "flow_segment"},
          {"RST", segment(kRst), "flow_segment"},
          {"another port", segment(kAck).tcp(kUePort + 1, kSip, kAck), "no_flow"},
          {"a SYN is of no connection", segment(kSyn), "syn_admitted"}});
  host_.run([&] { EXPECT_EQ(gate_->run(segment(kAck)).mark, std::nullopt); });
}

TEST_P(Flow, OfARowIsBoundWhetherConnectedOrNot) {
  const TcpSocket listener = listen();
  const TcpSocket client = connect();
  install(*gate_, {row({.ip = ue_ip_, .transport = sip::Transport::kTcp})});
  expect({{"connected", segment(kAck, kMessage), "bound"}});
}

TEST_P(Flow, OfASuspectPassesAndOfAContradictedRowDoesNot) {
  const TcpSocket listener = listen();
  const TcpSocket client = connect();
  ims::KernelRow one = row({.ip = ue_ip_, .transport = sip::Transport::kTcp});
  one.suspect = true;
  install(*gate_, {one});
  expect({{"suspect: user space asks who it is", segment(kAck, kMessage), "flow_segment"}});
  one.anchor = ims::Anchor{.slot = kSlot + 1};
  install(*gate_, {one});
  expect({{"from another interface", segment(kAck, kMessage), "anchor_interface"}});
}

TEST_P(Flow, AListeningSocketIsNoConnection) {
  const TcpSocket listener = listen();
  expect({{"ACK", segment(kAck), "no_flow"},
          {"segment", segment(kAck | kPsh, kMessage), "no_flow"},
          {"RST", segment(kRst), "no_flow"},
          {"SYN-ACK", segment(kSyn | kAck), "no_flow"}});
}

TEST_P(Flow, EndsWithTheConnection) {
  {
    const TcpSocket listener = listen();
    const TcpSocket client = connect();
    expect({{"connected", segment(kAck), "flow_segment"}});
  }
  expect({{"listener gone, nobody accepted", segment(kAck), "no_flow"}});
}

/// The gate's sequence number in its answer to a SYN.
class SynAck {
 public:
  SynAck(const Namespace& host, std::string_view ip) : is_v6_(ip.find(':') != ip.npos) {
    host.run([&] {
      fd_ = dataplane::Descriptor{
          ::socket(is_v6_ ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP)};
      const SocketAddress here = make_socket_address(ip, 0);
      EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&here.storage), here.size), 0);
    });
  }
  void send(const Frame& segment, std::string_view to) const {
    const SocketAddress there = make_socket_address(to, 0);
    EXPECT_EQ(::sendto(fd_.get(), segment.data(), segment.size(), 0,
                       reinterpret_cast<const sockaddr*>(&there.storage), there.size),
              static_cast<ssize_t>(segment.size()));
  }
  [[nodiscard]] std::optional<std::uint32_t> receive() const {
    for (pollfd waiting{fd_.get(), POLLIN, 0}; ::poll(&waiting, 1, 2'000) == 1;) {
      std::array<std::uint8_t, 256> octets{};
      if (::recv(fd_.get(), octets.data(), octets.size(), 0) <= 0) break;
      const std::uint8_t* tcp = octets.data() + (is_v6_ ? 0 : 20);
      if (tcp[13] != (kSyn | kAck)) continue;
      return std::uint32_t{tcp[4]} << 24 | tcp[5] << 16 | tcp[6] << 8 | tcp[7];
    }
    return std::nullopt;
  }

 private:
  bool is_v6_;
  dataplane::Descriptor fd_;
};

TEST_P(Flow, TheAnswerToASynCookiePassesAndAGuessDoesNot) {
  constexpr std::uint32_t kOurs = 0x12345678;
  const auto set_cookies = [&](const char* value) {
    host_.shell("echo " + std::string(value) + " > /proc/sys/net/ipv4/tcp_syncookies");
  };
  set_cookies("2");  // always
  const TcpSocket listener = listen();
  const SynAck raw(host_, ue_ip_);
  raw.send(segment(kSyn).sequence(kOurs, 0).datagram(), gate_ip_);
  const auto cookie = raw.receive();
  ASSERT_TRUE(cookie);
  const auto answer = [&](std::uint32_t sent, std::uint32_t acknowledged,
                          std::uint8_t flags = kAck) {
    return segment(flags).sequence(sent, acknowledged);
  };
  expect({{"the answer", answer(kOurs + 1, *cookie + 1), "flow_segment"},
          {"with data", segment(kAck | kPsh, kMessage).sequence(kOurs + 1, *cookie + 1),
           "flow_segment"},
          // Its neighbours may be cookies as well: of another segment size.
          {"another cookie", answer(kOurs + 1, *cookie + 0x1001), "no_flow"},
          {"a guess", answer(kOurs + 1, 0xdeadbeef), "no_flow"},
          {"another sequence", answer(kOurs + 2, *cookie + 1), "no_flow"},
          {"with RST", answer(kOurs + 1, *cookie + 1, kAck | kRst), "no_flow"},
          {"with SYN", answer(kOurs + 1, *cookie + 1, kAck | kSyn), "no_flow"},
          {"of another port", answer(kOurs + 1, *cookie + 1).tcp(kUePort + 1, kSip, kAck),
           "no_flow"}});
  set_cookies("0");
  expect({{"no cookies any more", answer(kOurs + 1, *cookie + 1), "no_flow"}});
}

INSTANTIATE_TEST_SUITE_P(Each, Flow, testing::Bool(),
                         [](const auto& one) { return one.param ? "IPv6" : "IPv4"; });

}  // namespace
}  // namespace sipward::test
