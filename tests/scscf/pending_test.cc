// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/pending.h"

#include <gtest/gtest.h>

namespace sipward::scscf {
namespace {

PendingLookups::Pending make_pending(std::uint64_t context) {
  return {.work = {.id = sip::ContextId{context},
                   .request = sip::Message::request(sip::Method::kMessage,
                                                    *sip::parse_uri("sip:a@home1.example"))},
          .procedure = Ask::Procedure::kOriginating};
}

TEST(PendingLookups, EachTicketIsTakenOnce) {
  PendingLookups lookups(4);
  auto first = make_pending(1);
  auto second = make_pending(2);
  const auto one = lookups.put(first);
  const auto two = lookups.put(second);
  ASSERT_TRUE(one && two);
  EXPECT_NE(*one, *two);
  const auto taken = lookups.take(*two);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->work.id, sip::ContextId{2});
  EXPECT_EQ(taken->procedure, Ask::Procedure::kOriginating);
  EXPECT_FALSE(lookups.take(*two));
  EXPECT_EQ(lookups.size(), 1U);
}

TEST(PendingLookups, FullLeavesTheRequestWithItsOwner) {
  PendingLookups lookups(1);
  auto first = make_pending(1);
  auto second = make_pending(2);
  ASSERT_TRUE(lookups.put(first));
  EXPECT_FALSE(lookups.put(second));
  EXPECT_EQ(second.work.request.method(), sip::Method::kMessage);
}

TEST(PendingLookups, ForgottenRequestFreesItsPlace) {
  PendingLookups lookups(1);
  auto first = make_pending(1);
  const auto ticket = lookups.put(first);
  lookups.forget(sip::ContextId{9});
  EXPECT_EQ(lookups.size(), 1U);
  lookups.forget(sip::ContextId{1});
  EXPECT_EQ(lookups.size(), 0U);
  EXPECT_FALSE(lookups.take(*ticket));
}

TEST(PendingLookups, SecondLookUpOfARequestIsForgottenWithIt) {
  PendingLookups lookups(4);
  auto first = make_pending(1);
  auto again = make_pending(1);
  ASSERT_TRUE(lookups.take(*lookups.put(first)));
  ASSERT_TRUE(lookups.put(again));
  lookups.forget(sip::ContextId{1});
  EXPECT_EQ(lookups.size(), 0U);
}

}  // namespace
}  // namespace sipward::scscf
