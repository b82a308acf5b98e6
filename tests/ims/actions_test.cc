// SPDX-License-Identifier: Apache-2.0
#include "agent/ims/actions.h"

#include <gtest/gtest.h>

#include <chrono>
#include <unordered_set>

namespace sipward::ims {
namespace {

using namespace std::chrono_literals;

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

struct Life {
  const char* name;
  std::chrono::seconds silence;
  std::chrono::milliseconds ago;  ///< when the gate noted the last packet
  bool released = false;
  bool suspect = false;
};

const Life kLives[] = {
    {"just seen", 10s, 0s},
    {"at the limit", 10s, 10s},
    {"a part of a second over, which the gate does not tell", 10s, 10'900ms},
    {"over the limit", 10s, 11s, false, true},
    {"without a limit", 0s, 1h},
    {"released", 10s, 0s, true, true},
    {"released, without a limit", 0s, 0s, true, true},
    {"seen later than now", 10s, -1s},
};

TEST(KernelRow, IsSuspectAsTheGateJudges) {
  const sip::Time noted{1'000'000s};
  for (const Life& life : kLives) {
    const KernelRow row{.key = {.ip = kAddress},
                        .silence = life.silence,
                        .suspect = life.released,
                        .last_seen = noted};
    EXPECT_EQ(row.is_suspect(noted + life.ago), life.suspect) << life.name;
  }
}

}  // namespace
}  // namespace sipward::ims
