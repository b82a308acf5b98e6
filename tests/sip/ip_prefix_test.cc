// SPDX-License-Identifier: Apache-2.0
#include "sip/ip_prefix.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sipward::sip {
namespace {

TEST(IpPrefix, Parses) {
  struct Row {
    std::string text;
    std::string canonical;  ///< empty: refused
  };
  for (const Row& row : std::vector<Row>{
           {"192.0.2.0/24", "192.0.2.0/24"},
           {"192.0.2.7", "192.0.2.7/32"},
           {"0.0.0.0/0", "0.0.0.0/0"},
           {"::/0", "::/0"},
           {"2001:DB8::/32", "2001:db8::/32"},
           {"2001:db8::1", "2001:db8::1/128"},
           {"192.0.2.1/24", ""},
           {"2001:db8::1/64", ""},
           {"192.0.2.0/33", ""},
           {"2001:db8::/129", ""},
           {"192.0.2.0/", ""},
           {"192.0.2.0/024", ""},
           {"192.0.2.0/-1", ""},
           {"192.0.2.0/24x", ""},
           {"/24", ""},
           {"", ""},
           {"example.com/24", ""},
       }) {
    const auto prefix = IpPrefix::parse(row.text);
    EXPECT_EQ(prefix ? prefix->text() : "", row.canonical) << row.text;
  }
}

TEST(IpPrefix, Covers) {
  struct Row {
    const char* outer;
    const char* inner;
    bool covers;
  };
  for (const Row& row : std::vector<Row>{
           {"192.0.2.0/24", "192.0.2.0/24", true},
           {"192.0.2.0/24", "192.0.2.128/25", true},
           {"192.0.2.128/25", "192.0.2.0/24", false},
           {"192.0.2.0/24", "192.0.3.1", false},
           {"0.0.0.0/0", "203.0.113.7", true},
           {"0.0.0.0/0", "2001:db8::1", false},
           {"::/0", "203.0.113.7", false},
           {"2001:db8::/33", "2001:db8:7fff::1", true},
           {"2001:db8::/33", "2001:db8:8000::1", false},
       }) {
    EXPECT_EQ(IpPrefix::parse(row.outer)->covers(*IpPrefix::parse(row.inner)), row.covers)
        << row.outer << " " << row.inner;
  }
}

TEST(IpPrefix, OfOneAddressContainsIt) {
  const auto ip = *IpAddress::parse("2001:db8::1");
  EXPECT_TRUE(IpPrefix::of(ip).contains(ip));
  EXPECT_FALSE(IpPrefix::of(ip).contains(*IpAddress::parse("2001:db8::2")));
}

}  // namespace
}  // namespace sipward::sip
