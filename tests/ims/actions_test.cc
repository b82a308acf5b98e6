// SPDX-License-Identifier: Apache-2.0
#include "agent/ims/actions.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace sipward::ims {
namespace {

const sip::IpAddress kAddress = *sip::IpAddress::parse("203.0.113.7");

TEST(BindingKey, SaysWhatItMatches) {
  EXPECT_EQ((BindingKey{.ip = kAddress, .port = 40001}.text()), "udp 203.0.113.7:40001");
  EXPECT_EQ((BindingKey{.ip = *sip::IpAddress::parse("2001:db8::1"),
                        .port = 5060,
                        .transport = sip::Transport::kTcp}
                 .text()),
            "tcp [2001:db8::1]:5060");
  EXPECT_EQ(BindingKey{.ip = kAddress}.text(), "any 203.0.113.7");
}

TEST(BindingKey, PortZeroIsTheWildcard) {
  EXPECT_TRUE(BindingKey{.ip = kAddress}.is_wildcard());
  EXPECT_FALSE((BindingKey{.ip = kAddress, .port = 1}.is_wildcard()));
}

TEST(BindingKey, EveryPartTellsKeysApart) {
  const std::unordered_set<BindingKey> keys = {
      {.ip = kAddress},
      {.ip = kAddress},
      {.ip = kAddress, .port = 5060},
      {.ip = kAddress, .port = 5060, .transport = sip::Transport::kTcp},
      {.ip = *sip::IpAddress::parse("203.0.113.8"), .port = 5060}};
  EXPECT_EQ(keys.size(), 4U);
}

}  // namespace
}  // namespace sipward::ims
