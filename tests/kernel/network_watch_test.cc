// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/network_watch.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <optional>

#include "tests/kernel/net_lab.h"

namespace sipward::test {
namespace {

using dataplane::NetworkWatch;
using Changes = NetworkWatch::Changes;

constexpr int kPatienceMs = 2'000;
constexpr Changes kAll{.links = true, .addresses = true, .routes = true};

NetworkWatch open_in(const Namespace& host) {
  std::optional<sip::Result<NetworkWatch, std::string>> watch;
  host.run([&] { watch = NetworkWatch::open(); });
  if (!watch->ok()) throw std::runtime_error(watch->error());
  return *std::move(*watch);
}

bool is_readable(const NetworkWatch& watch) {
  pollfd waiting{.fd = watch.descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, 0) == 1;
}

/// What is seen until it is all that was awaited: an IPv6 address comes a moment later.
Changes wait_for(NetworkWatch& watch, const Changes& awaited) {
  Changes seen = watch.read();
  pollfd waiting{.fd = watch.descriptor(), .events = POLLIN, .revents = 0};
  while ((awaited.links && !seen.links) || (awaited.addresses && !seen.addresses) ||
         (awaited.routes && !seen.routes)) {
    if (::poll(&waiting, 1, kPatienceMs) != 1) break;
    const Changes more = watch.read();
    seen = {.links = seen.links || more.links,
            .addresses = seen.addresses || more.addresses,
            .routes = seen.routes || more.routes};
  }
  return seen;
}

struct Case {
  const char* command;
  Changes seen;
};

// On `lo` alone: of other links, the kernel also tells by itself, after a while.
TEST(NetworkWatch, SeesEachChange) {
  const Case cases[] = {
      {"ip link set lo up", kAll},
      {"ip addr add 10.0.0.1/24 dev lo", {.addresses = true, .routes = true}},
      {"ip addr add 2001:db8::1/128 dev lo nodad", {.addresses = true, .routes = true}},
      {"ip route add 10.1.0.0/16 dev lo", {.routes = true}},
      {"ip route del 10.1.0.0/16", {.routes = true}},
      {"ip route add blackhole 10.1.0.0/16", {.routes = true}},
      {"ip -6 route add unreachable 2001:db8:1::/48", {.routes = true}},
      {"ip nexthop add id 1 dev lo", {.routes = true}},
      {"ip nexthop del id 1", {.routes = true}},
      {"ip link set lo mtu 65000", {.links = true, .routes = true}},
      {"true", {}},
      {"ip addr del 10.0.0.1/24 dev lo", {.addresses = true, .routes = true}},
      {"ip addr del 2001:db8::1/128 dev lo", {.addresses = true, .routes = true}},
  };
  const Namespace host;
  NetworkWatch watch = open_in(host);
  for (const Case& c : cases) {
    host.shell(c.command);
    EXPECT_EQ(wait_for(watch, c.seen), c.seen) << c.command;
  }
}

TEST(NetworkWatch, SeesLinksComeAndGo) {
  const Namespace host;
  NetworkWatch watch = open_in(host);
  for (const char* command : {"ip link add a0 type bridge", "ip link set a0 up", "ip link del a0",
                              "ip link add a0 type bridge"}) {
    host.shell(command);
    const Changes seen = watch.read();
    EXPECT_TRUE(seen.links && seen.routes) << command;
  }
}

TEST(NetworkWatch, SeesItsOwnNamespaceOnly) {
  const Namespace host;
  const Namespace other;
  NetworkWatch watch = open_in(host);
  other.shell("ip link set lo up");
  EXPECT_FALSE(watch.read().any());
}

TEST(NetworkWatch, AfterAnOverrunAllMayHaveChanged) {
  const Namespace host;
  host.shell("ip link set lo up");
  NetworkWatch watch = open_in(host);
  const int small = 1;
  ASSERT_EQ(::setsockopt(watch.descriptor(), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
  host.shell("seq 1 200 | sed 's/.*/route add blackhole 10.1.&.0\\/24/' | ip -batch -");
  EXPECT_EQ(watch.read(), kAll);
  EXPECT_FALSE(watch.read().any());
  host.shell("ip route add blackhole 10.2.0.0/16");
  EXPECT_EQ(watch.read(), Changes{.routes = true}) << "and it goes on";
}

TEST(NetworkWatch, LeavesTheRestForTheNextTime) {
  const Namespace host;
  host.shell("ip link set lo up");
  NetworkWatch watch = open_in(host);
  const int large = 64 << 20;
  ASSERT_EQ(::setsockopt(watch.descriptor(), SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof(large)), 0);
  host.shell(
      "seq 0 4999 | awk '{printf \"route add blackhole 20.0.%d.%d/32\\n\", $1/256, $1%256}' | "
      "ip -batch -");
  static_assert(NetworkWatch::kMaxReads < 5'000);
  EXPECT_TRUE(watch.read().routes);
  EXPECT_TRUE(is_readable(watch));
  EXPECT_EQ(watch.read(), Changes{.routes = true});
  EXPECT_FALSE(is_readable(watch));
}

}  // namespace
}  // namespace sipward::test
