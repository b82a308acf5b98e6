// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/special_prefixes.h"

#include <span>
#include <string_view>

namespace sipward::dataplane {

namespace {

constexpr std::string_view kMartians[] = {
    "0.0.0.0/8",    // this network, RFC 791 3.2
    "127.0.0.0/8",  // loopback, RFC 1122 3.2.1.3
    "224.0.0.0/4",  // multicast, RFC 1112 7.2: never a source
    "240.0.0.0/4",  // reserved, RFC 1112 4, and limited broadcast, RFC 919 7
    "::/128",       // unspecified, RFC 4291 2.5.2
    "::1/128",      // loopback, RFC 4291 2.5.3
    "ff00::/8",     // multicast, RFC 4291 2.7: never a source
    // IPv4-mapped, ::ffff:0:0/96, RFC 4291 2.5.5.2, of which an IpPrefix makes IPv4; with its
    // neighbour, which is reserved and never was anything (2.4).
    "::fffe:0:0/95",
};

constexpr std::string_view kBogons[] = {
    // IANA IPv4 Special-Purpose Address Registry.
    "169.254.0.0/16",   // link local, RFC 3927
    "192.0.0.0/24",     // IETF protocol assignments, RFC 6890 2.1
    "192.0.2.0/24",     // documentation, RFC 5737
    "192.88.99.0/24",   // 6to4 relay anycast, deprecated by RFC 7526
    "198.18.0.0/15",    // benchmarking, RFC 2544
    "198.51.100.0/24",  // documentation, RFC 5737
    "203.0.113.0/24",   // documentation, RFC 5737
    // IANA IPv6 Special-Purpose Address Registry.
    "100::/64",       // discard only, RFC 6666
    "2001:2::/48",    // benchmarking, RFC 5180
    "2001:10::/28",   // ORCHID, deprecated, RFC 4843
    "2001:db8::/32",  // documentation, RFC 3849
    "3fff::/20",      // documentation, RFC 9637
    "5f00::/16",      // SRv6 SIDs, RFC 9602
    "fe80::/10",      // link local, RFC 4291 2.5.6
    // Not in the registry any more.
    "::/96",      // IPv4-compatible, deprecated by RFC 4291 2.5.5.1
    "fec0::/10",  // site local, deprecated by RFC 3879
};

std::vector<sip::IpPrefix> read_all(std::span<const std::string_view> texts) {
  std::vector<sip::IpPrefix> prefixes;
  for (const std::string_view text : texts) {
    prefixes.push_back(sip::IpPrefix::parse(text).value());
  }
  return prefixes;
}

}  // namespace

const std::vector<sip::IpPrefix>& martians() {
  static const std::vector<sip::IpPrefix> prefixes = read_all(kMartians);
  return prefixes;
}

const std::vector<sip::IpPrefix>& bogons() {
  static const std::vector<sip::IpPrefix> prefixes = read_all(kBogons);
  return prefixes;
}

}  // namespace sipward::dataplane
