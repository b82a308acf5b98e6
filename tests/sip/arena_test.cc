// SPDX-License-Identifier: Apache-2.0
#include "sip/arena.h"

#include <gtest/gtest.h>

#include <utility>

namespace sipward::sip {
namespace {

TEST(Arena, KeepsTextsOfAnyLengthApart) {
  Arena arena;
  std::vector<std::string_view> kept;
  std::vector<std::string> expected;
  for (const std::size_t size : {0, 1, 255, 256, 257, 1023, 1024, 1025, 70'000}) {
    expected.emplace_back(size, static_cast<char>('a' + expected.size()));
    kept.push_back(arena.keep(expected.back()));
  }
  for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(kept[i], expected[i]);
}

TEST(Arena, ViewsOutliveAMove) {
  Arena arena;
  // Short enough to stand inside the string object itself.
  const std::span<char> adopted = arena.adopt("short");
  const std::string_view kept = arena.keep("kept");
  Arena moved = std::move(arena);
  Arena assigned;
  assigned = std::move(moved);
  EXPECT_EQ(std::string_view(adopted.data(), adopted.size()), "short");
  EXPECT_EQ(kept, "kept");
}

TEST(Arena, MovedFromArenaDoesNotWriteIntoTheOther) {
  Arena arena;
  const std::string_view first = arena.keep("first");
  Arena moved = std::move(arena);
  arena = Arena();
  const std::string_view other = arena.keep("other");
  const std::string_view second = moved.keep("second");
  EXPECT_EQ(first, "first");
  EXPECT_EQ(second, "second");
  EXPECT_EQ(other, "other");
}

TEST(Arena, AdoptedBytesMayBeChangedInPlace) {
  Arena arena;
  const std::span<char> bytes = arena.adopt(std::string("fold\r\n ed"));
  bytes[4] = ' ';
  EXPECT_EQ(std::string_view(bytes.data(), 5), "fold ");
}

}  // namespace
}  // namespace sipward::sip
