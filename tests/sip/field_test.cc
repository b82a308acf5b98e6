// SPDX-License-Identifier: Apache-2.0
#include "sip/field.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace sipward::sip {
namespace {

struct Entry {
  Field field;
  std::string_view name;
  std::string_view compact;
  FieldKind kind;
};
constexpr Entry kEntries[] = {
#define SIPWARD_TEST_ENTRY(id, name, compact, kind) {Field::id, name, compact, FieldKind::kind},
    SIPWARD_SIP_FIELDS(SIPWARD_TEST_ENTRY)
#undef SIPWARD_TEST_ENTRY
};

std::string cased(std::string_view text, int (*change)(int)) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [&](char c) { return static_cast<char>(change(c)); });
  return out;
}

TEST(Field, EveryNameReadsInAnyCase) {
  for (const Entry& entry : kEntries) {
    EXPECT_EQ(parse_field(entry.name), entry.field) << entry.name;
    EXPECT_EQ(parse_field(cased(entry.name, std::tolower)), entry.field) << entry.name;
    EXPECT_EQ(parse_field(cased(entry.name, std::toupper)), entry.field) << entry.name;
    EXPECT_EQ(field_name(entry.field), entry.name);
    EXPECT_EQ(field_kind(entry.field), entry.kind) << entry.name;
  }
}

// RFC 3261 7.3.3 and the fields' own specifications.
TEST(Field, CompactForms) {
  const std::pair<const char*, Field> rows[] = {
      {"c", Field::kContentType}, {"e", Field::kContentEncoding},
      {"f", Field::kFrom},        {"i", Field::kCallId},
      {"k", Field::kSupported},   {"l", Field::kContentLength},
      {"m", Field::kContact},     {"o", Field::kEvent},
      {"s", Field::kSubject},     {"t", Field::kTo},
      {"v", Field::kVia},
  };
  std::size_t known = 0;
  for (const auto& [letter, field] : rows) {
    EXPECT_EQ(parse_field(letter), field) << letter;
    EXPECT_EQ(parse_field(cased(letter, std::toupper)), field) << letter;
  }
  for (int c = 0; c < 256; ++c) {
    known += parse_field(std::string(1, static_cast<char>(c))) != Field::kUnknown ? 1U : 0U;
  }
  EXPECT_EQ(known, 2 * std::size(rows));
}

// A name is known only if it is equal in every octet: a reader that trusts a hash or a prefix takes
// another header for From.
TEST(Field, NearlyANameIsUnknown) {
  for (const char* name : {"", "Fro", "Froom", "From ", " From", "F\x01om", "Fr\0m", "From\x01",
                           "Call_ID", "CallID", "Call-I", "Via2", "ff", "P-Asserted-Identit",
                           "P-Asserted-Identityy", "P_Asserted-Identity", "\xc6rom"}) {
    EXPECT_EQ(parse_field(name), Field::kUnknown) << name;
  }
  EXPECT_EQ(parse_field(std::string(10'000, 'F')), Field::kUnknown);
}

TEST(Field, UnknownHasNoNameAndIsNeverSplit) {
  EXPECT_EQ(field_name(Field::kUnknown), "");
  EXPECT_EQ(field_kind(Field::kUnknown), FieldKind::kRows);
}

// RFC 3261 7.3.1: their values hold commas of their own.
TEST(Field, AuthFieldsAreNeverSplit) {
  for (const Field field : {Field::kAuthorization, Field::kProxyAuthorization,
                            Field::kWwwAuthenticate, Field::kProxyAuthenticate}) {
    EXPECT_EQ(field_kind(field), FieldKind::kRows) << field_name(field);
  }
}

}  // namespace
}  // namespace sipward::sip
