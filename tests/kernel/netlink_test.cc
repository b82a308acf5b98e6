// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/netlink.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <net/if.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <thread>

#include "tests/kernel/net_lab.h"

namespace sipward::test {
namespace {

using dataplane::NetworkFacts;
using dataplane::NetworkLimits;
using dataplane::RouteKind;

sip::IpAddress ip(std::string_view text) { return sip::IpAddress::parse(text).value(); }

/// A host of its own, with two interfaces, a0 and a1.
class Host {
 public:
  Host() {
    for (const char* name : {"a0", "a1"}) make_link(name);
    sh("ip link set lo up && ip addr add 10.0.0.1/24 dev a0 && ip addr add 10.0.1.1/24 dev a1 && "
       "ip addr add 2001:db8::1/64 dev a0 nodad");
  }
  /// A veth whose peer is on another host.
  void make_link(std::string_view name) const {
    sh(fmt::format("ip link add {0} type veth peer name {0} netns {1}", name, wire_.path()));
    wire_.shell(fmt::format("ip link set {} up", name));
    sh(fmt::format("ip link set {} up", name));
  }
  void sh(const std::string& command) const { host_.shell(command); }

  [[nodiscard]] sip::Result<NetworkFacts, std::string> try_read(
      const NetworkLimits& limits = {}) const {
    std::optional<sip::Result<NetworkFacts, std::string>> result;
    host_.run([&] { result = dataplane::read_network(limits); });
    return *std::move(result);
  }
  [[nodiscard]] NetworkFacts read(const NetworkLimits& limits = {}) const {
    auto facts = try_read(limits);
    if (!facts) throw std::runtime_error(facts.error());
    return std::move(facts).value();
  }

 private:
  Namespace wire_;
  Namespace host_;
};

std::string name_of(const NetworkFacts& facts, std::uint32_t ifindex) {
  const auto found = std::ranges::find(facts.links, ifindex, &dataplane::Link::ifindex);
  return found == facts.links.end() ? "?" : found->name;
}

/// `a0 a1`, `unreachable`; `none` when there is no route for exactly this prefix.
std::string way(const NetworkFacts& facts, std::string_view prefix) {
  const auto wanted = sip::IpPrefix::parse(prefix).value();
  const auto found = std::ranges::find(facts.routes, wanted, &dataplane::Route::prefix);
  if (found == facts.routes.end()) return "none";
  if (found->kind == RouteKind::kUnreachable) return "unreachable";
  std::set<std::string> names;
  for (const std::uint32_t ifindex : found->interfaces) names.insert(name_of(facts, ifindex));
  return fmt::format("{}", fmt::join(names, " "));
}

const dataplane::Link& link(const NetworkFacts& facts, std::string_view name) {
  return *std::ranges::find(facts.links, name, &dataplane::Link::name);
}

bool has(const std::vector<sip::IpAddress>& addresses, std::string_view text) {
  return std::ranges::binary_search(addresses, ip(text));
}

TEST(Netlink, LinksAreRead) {
  const Host host;
  host.sh(
      "ip link add link a0 name mac0 type macvlan && ip link add br0 type bridge && "
      "ip link set a1 master br0 && ip link add v0 type veth peer name v1");
  const NetworkFacts facts = host.read();
  EXPECT_TRUE(link(facts, "a0").up);
  EXPECT_FALSE(link(facts, "br0").up);
  EXPECT_EQ(link(facts, "mac0").lower, link(facts, "a0").ifindex);
  EXPECT_EQ(link(facts, "a1").master, link(facts, "br0").ifindex);
  EXPECT_EQ(link(facts, "v0").lower, 0U) << "a veth does not lie upon its peer";
}

TEST(Netlink, LinksAreThoseOfTheThreadsNamespace) {
  const NetLab lab;
  lab.gate().run([] {
    const auto links = dataplane::read_links();
    const auto found = std::ranges::find(links, "sw0", &dataplane::Link::name);
    ASSERT_NE(found, links.end());
    EXPECT_EQ(found->ifindex, if_nametoindex("sw0"));
    EXPECT_EQ(found->kind, "veth");
    EXPECT_EQ(found->mtu, 1500U);
    EXPECT_TRUE(found->up);
    EXPECT_EQ(std::ranges::find(links, "sw1", &dataplane::Link::name), links.end());
  });
}

TEST(Netlink, AddressesComeAndGo) {
  const Host host;
  NetworkFacts facts = host.read();
  for (const char* own : {"127.0.0.1", "::1", "10.0.0.1", "10.0.1.1", "2001:db8::1"}) {
    EXPECT_TRUE(has(facts.addresses, own)) << own;
  }
  EXPECT_TRUE(has(facts.broadcasts, "10.0.0.255"));
  host.sh("ip addr add 192.168.7.1 peer 192.168.7.2 dev a1 && ip addr del 10.0.0.1/24 dev a0");
  facts = host.read();
  EXPECT_TRUE(has(facts.addresses, "192.168.7.1"));
  EXPECT_FALSE(has(facts.addresses, "192.168.7.2")) << "the peer's";
  EXPECT_FALSE(has(facts.addresses, "10.0.0.1"));
  EXPECT_FALSE(has(facts.broadcasts, "10.0.0.255"));
}

struct Case {
  const char* name;
  const char* command;
  const char* prefix;
  const char* way;
};

TEST(Netlink, RoutesAreRead) {
  const Case cases[] = {
      {"connected", "true", "10.0.0.0/24", "a0"},
      {"connected, IPv6", "true", "2001:db8::/64", "a0"},
      {"by both", "true", "fe80::/64", "a0 a1"},
      {"none", "true", "0.0.0.0/0", "none"},
      {"own address", "true", "10.0.0.1/32", "unreachable"},
      {"broadcast", "true", "10.0.0.255/32", "unreachable"},
      {"multicast", "true", "ff00::/8", "unreachable"},
      {"default", "ip route add default via 10.0.0.9", "0.0.0.0/0", "a0"},
      {"default, IPv6", "ip route add default via 2001:db8::9", "::/0", "a0"},
      {"multipath", "ip route add 10.2.0.0/16 nexthop via 10.0.0.9 nexthop via 10.0.1.9",
       "10.2.0.0/16", "a0 a1"},
      {"multipath, IPv6",
       "ip route add 2001:db8:2::/48 nexthop dev a0 via fe80::1 nexthop dev a1 via fe80::2",
       "2001:db8:2::/48", "a0 a1"},
      {"the lower metric",
       "ip route add 10.3.0.0/16 dev a0 metric 20 && ip route add 10.3.0.0/16 dev a1 metric 10",
       "10.3.0.0/16", "a1"},
      {"the lower metric, IPv6",
       "ip route add 2001:db8:3::/48 dev a1 metric 10 && "
       "ip route add 2001:db8:3::/48 dev a0 metric 20",
       "2001:db8:3::/48", "a1"},
      {"blackhole", "ip route add blackhole 10.4.0.0/16", "10.4.0.0/16", "unreachable"},
      {"prohibit", "ip route add prohibit 10.5.0.0/16", "10.5.0.0/16", "unreachable"},
      {"unreachable, IPv6", "ip route add unreachable 2001:db8:5::/48", "2001:db8:5::/48",
       "unreachable"},
      {"IPv4-mapped", "ip route add unreachable ::ffff:0:0/96", "::/0", "none"},
      {"by a nexthop object",
       "ip nexthop add id 1 via 10.0.0.9 dev a0 && ip route add 10.6.0.0/16 nhid 1", "10.6.0.0/16",
       "a0"},
      {"by a group of them",
       "ip nexthop add id 1 via 10.0.0.9 dev a0 && ip nexthop add id 2 via 10.0.1.9 dev a1 && "
       "ip nexthop add id 3 group 1/2 && ip route add 10.7.0.0/16 nhid 3",
       "10.7.0.0/16", "a0 a1"},
      {"by a group, IPv6",
       "ip nexthop add id 1 via fe80::1 dev a0 && ip nexthop add id 2 via fe80::2 dev a1 && "
       "ip nexthop add id 3 group 1/2 && ip route add 2001:db8:7::/48 nhid 3",
       "2001:db8:7::/48", "a0 a1"},
      {"blackhole object", "ip nexthop add id 1 blackhole && ip route add 10.8.0.0/16 nhid 1",
       "10.8.0.0/16", "unreachable"},
      {"of another table", "ip route add 10.9.0.0/16 dev a0 table 100", "10.9.0.0/16", "none"},
      {"table default", "ip route add 10.10.0.0/16 dev a0 table default", "10.10.0.0/16", "a0"},
      {"of a link that went down", "ip route add 10.11.0.0/16 dev a1 && ip link set a1 down",
       "10.11.0.0/16", "none"},
      {"of a link that was deleted", "ip route add 10.12.0.0/16 dev a1 && ip link del a1",
       "10.12.0.0/16", "none"},
  };
  for (const char* compat : {"1", "0"}) {
    for (const Case& c : cases) {
      const Host host;
      host.sh(fmt::format("echo {} > /proc/sys/net/ipv4/nexthop_compat_mode", compat));
      host.sh(c.command);
      const NetworkFacts facts = host.read();
      EXPECT_EQ(way(facts, c.prefix), c.way) << c.name;
      EXPECT_FALSE(facts.routes_truncated);
      EXPECT_EQ(facts.other_tables, std::string_view(c.name) == "of another table") << c.name;
    }
  }
}

TEST(Netlink, ALinkMadeAnewHasAnotherIndex) {
  const Host host;
  const std::uint32_t before = link(host.read(), "a1").ifindex;
  host.sh("ip link del a1 && ip link add filler type bridge");
  host.make_link("a1");
  host.sh("ip route add 10.3.0.0/16 dev a1");
  const NetworkFacts facts = host.read();
  EXPECT_NE(link(facts, "a1").ifindex, before);
  EXPECT_EQ(way(facts, "10.3.0.0/16"), "a1");
}

TEST(Netlink, RoutesOverTheLimitAreLeftOutAndTold) {
  const Host host;
  NetworkFacts facts = host.read();
  const auto v4 = static_cast<std::size_t>(std::ranges::count_if(
      facts.routes, [](const dataplane::Route& route) { return route.prefix.ip.is_v4(); }));
  const std::size_t more = std::max(v4, facts.routes.size() - v4);
  facts = host.read({.prefixes = more});
  EXPECT_FALSE(facts.routes_truncated) << "just as many";
  facts = host.read({.prefixes = more - 1});
  EXPECT_TRUE(facts.routes_truncated);
  EXPECT_LE(facts.routes.size(), 2 * (more - 1));
  EXPECT_TRUE(has(facts.broadcasts, "10.0.0.255")) << "in whatever order the tables come";
}

TEST(Netlink, InterfacesOfARouteOverTheLimitAreTold) {
  const Host host;
  host.sh("ip route add 10.2.0.0/16 nexthop via 10.0.0.9 nexthop via 10.0.1.9");
  EXPECT_FALSE(host.read({.interfaces_of_route = 2}).routes_truncated);
  EXPECT_TRUE(host.read({.interfaces_of_route = 1}).routes_truncated);
}

TEST(Netlink, NexthopsOverTheLimitAreTold) {
  const Host host;
  host.sh(
      "ip nexthop add id 1 dev a0 && ip nexthop add id 2 dev a1 && "
      "ip nexthop add id 3 group 1/2");
  EXPECT_FALSE(host.read({.nexthops = 5}).routes_truncated) << "three, and two members";
  EXPECT_TRUE(host.read({.nexthops = 4}).routes_truncated);
}

TEST(Netlink, TooManyLinksOrAddressesAreAnError) {
  const Host host;
  const NetworkFacts facts = host.read();
  const std::size_t links = facts.links.size();
  const std::size_t addresses = facts.addresses.size();
  EXPECT_TRUE(host.try_read({.links = links, .addresses = addresses}));
  const auto fewer_links = host.try_read({.links = links - 1});
  ASSERT_FALSE(fewer_links);
  EXPECT_EQ(fewer_links.error(), "cannot read the kernel's interfaces: there are too many");
  const auto fewer_addresses = host.try_read({.addresses = addresses - 1});
  ASSERT_FALSE(fewer_addresses);
  EXPECT_EQ(fewer_addresses.error(), "cannot read the kernel's addresses: there are too many");
}

/// Nothing that was there all the time is missing, however often the dump was interrupted.
TEST(Netlink, ChangesMeanwhileHideNothing) {
  const Host host;
  host.sh("seq 1 250 | sed 's/.*/addr add 10.20.&.1\\/32 dev a0/' | ip -batch -");
  std::atomic<bool> done = false;
  std::thread churn([&] {
    while (!done) host.sh("ip addr add 10.0.2.1/24 dev a1 && ip addr del 10.0.2.1/24 dev a1");
  });
  int read = 0;
  for (int i = 0; i < 200; ++i) {
    const auto facts = host.try_read();
    if (!facts) continue;
    ++read;
    const auto lasting = std::ranges::count_if(facts->addresses, [](const sip::IpAddress& one) {
      return one.text().starts_with("10.20.");
    });
    EXPECT_EQ(lasting, 250);
  }
  done = true;
  churn.join();
  EXPECT_GT(read, 0);
}

TEST(Netlink, ManyRoutesAreRead) {
  const Host host;
  host.sh(
      "seq 0 59999 | awk '{printf \"route add 20.%d.%d.%d/32 dev a0\\n\", $1/65536, "
      "$1/256%256, $1%256}' | ip -batch -");
  const NetworkFacts facts = host.read();
  EXPECT_GT(facts.routes.size(), 60'000U);
  EXPECT_FALSE(facts.routes_truncated);
  EXPECT_EQ(way(facts, "20.0.200.7/32"), "a0");
}

}  // namespace
}  // namespace sipward::test
