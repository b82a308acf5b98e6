// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/gate/site.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "tests/kernel/lab.h"

namespace sipward::bench {

namespace {

constexpr const char* kInterface = "sw0";
// The target address of packets of tests/kernel/packet_builder.h.
constexpr std::string_view kMac = "02:00:00:00:00:10";

[[noreturn]] void fail(std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

/// veth takes frames of XDP only where NAPI runs: with an XDP program, or with GRO. With GRO on all
/// sites a receiver without XDP needs no program that would slow it down.
void switch_gro_on() {
  const dataplane::Descriptor any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ethtool_value value{.cmd = ETHTOOL_SGRO, .data = 1};
  ifreq request{};
  std::strncpy(request.ifr_name, kInterface, sizeof(request.ifr_name) - 1);
  request.ifr_data = reinterpret_cast<char*>(&value);
  if (::ioctl(any.get(), SIOCETHTOOL, &request) != 0) fail("GRO");
}

/// The n-th number (from 0) after `label` in a file of /proc/net; the last such line counts.
std::uint64_t read_number(const char* file, std::string_view label, int n) {
  std::ifstream lines(std::string("/proc/thread-self/net/") + file);
  std::uint64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(label);
    if (at == std::string::npos || line.find_first_not_of(' ') != at) continue;
    std::istringstream numbers(line.substr(at + label.size()));
    for (int i = 0; i <= n; ++i) numbers >> number;
  }
  return number;
}

}  // namespace

Site::Site(const test::Namespace& generator, const std::string& name) {
  host_.shell(fmt::format(
      "ip link add {0} address {1} type veth peer name sw-{2} netns {3} && ip link set lo up && "
      "ip addr add {4}/24 dev {0} && ip link set {0} up",
      kInterface, kMac, name, generator.path(), test::kGate4));
  host_.run(switch_gro_on);
  generator.shell(fmt::format("ip link set sw-{} addrgenmode none up", name));
  // A route back to every source: what checks the reverse path finds it, and does its work.
  host_.shell(fmt::format("ip route add default via {} dev {}", test::kPeer4, kInterface));
  generator.run([&] { wire_ifindex_ = ::if_nametoindex(("sw-" + name).c_str()); });
}

void Site::attach_xdp(int program) const {
  host_.run([&] {
    const auto ifindex = static_cast<int>(::if_nametoindex(kInterface));
    if (bpf_xdp_attach(ifindex, program, XDP_FLAGS_DRV_MODE, nullptr) != 0) fail("XDP");
  });
}

std::uint64_t Site::received() const {
  std::uint64_t packets = 0;
  host_.run([&] { packets = read_number("dev", "sw0:", 1); });
  return packets;
}

std::uint64_t Site::without_socket() const {
  std::uint64_t packets = 0;
  host_.run([&] { packets = read_number("snmp", "Udp:", 1); });
  return packets;
}

}  // namespace sipward::bench
