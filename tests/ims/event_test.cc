// SPDX-License-Identifier: Apache-2.0
#include "agent/ims/event.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sipward::ims {
namespace {

bool is_log_word(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

TEST(Event, EveryKindHasItsOwnNameAndAText) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kEventKinds; ++i) {
    const auto kind = static_cast<EventKind>(i);
    EXPECT_TRUE(is_log_word(event_name(kind))) << event_name(kind);
    EXPECT_TRUE(names.insert(event_name(kind)).second) << event_name(kind);
    EXPECT_FALSE(event_text(kind).empty()) << event_name(kind);
  }
}

TEST(Event, NameAndTextAreThoseOfItsKind) {
  EXPECT_EQ(event_name(EventKind::kPrecedenceMismatch), "precedence-mismatch");
  EXPECT_EQ(event_name(EventKind::kRegistered), "registered");
  EXPECT_EQ(event_name(EventKind::kOverload), "overload");
  EXPECT_EQ(event_text(EventKind::kForgedToken), "flow token that this node did not make");
}

}  // namespace
}  // namespace sipward::ims
