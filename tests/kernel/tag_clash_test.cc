// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/tag_clash.h"

#include <gtest/gtest.h>
#include <linux/if_ether.h>

#include <cstddef>
#include <vector>

namespace sipward::dataplane {
namespace {

constexpr std::uint32_t kOurs = 77;

struct Row {
  const char* name;
  IngressFilter filter;
  bool clashes;
};

const Row kRows[] = {
    {"our own",
     {.priority = 1, .protocol = ETH_P_ALL, .handle = 0x5153, .kind = "bpf", .program = kOurs},
     false},
    {"our place, another's program",
     {.priority = 1, .protocol = ETH_P_ALL, .handle = 0x5153, .kind = "bpf", .program = 5},
     true},
    {"our own, which nobody has pinned",
     {.priority = 1, .handle = 0x5153, .kind = "bpf", .program = 5, .name = "sipward_tag:[5]"},
     false},
    {"our place, another's name",
     {.priority = 1, .handle = 0x5153, .kind = "bpf", .program = 5, .name = "tag:[5]"},
     true},
    {"our priority, another handle",
     {.priority = 1, .protocol = ETH_P_ALL, .handle = 1, .kind = "bpf", .program = 5},
     false},
    {"our priority, another kind",
     {.priority = 1, .protocol = ETH_P_ALL, .handle = 1, .kind = "flower"},
     true},
    {"our priority, another protocol",
     {.priority = 1, .protocol = ETH_P_IP, .handle = 1, .kind = "bpf", .program = 5},
     true},
    {"another priority",
     {.priority = 2, .protocol = ETH_P_ALL, .handle = 0x5153, .kind = "bpf", .program = 5},
     false},
};

TEST(TagClash, Rows) {
  for (const Row& row : kRows) {
    const auto found = find_tag_clash({row.filter}, kOurs);
    EXPECT_EQ(found.has_value(), row.clashes) << row.name;
  }
  EXPECT_FALSE(find_tag_clash({}, kOurs));
  EXPECT_TRUE(find_tag_clash({kRows[0].filter}, 0)) << "nothing of ours is pinned";
}

TEST(TagClash, Text) {
  EXPECT_EQ((IngressFilter{.priority = 1, .handle = 16, .kind = "flower"}.text()),
            "flower, priority 1, handle 0x10");
}

TEST(TagClash, WhatIsNoFilter) {
  EXPECT_FALSE(parse_filter({}));
  EXPECT_FALSE(parse_filter(std::vector<std::byte>(20))) << "the head of a chain has no handle";
}

}  // namespace
}  // namespace sipward::dataplane
