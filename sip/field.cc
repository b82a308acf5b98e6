// SPDX-License-Identifier: Apache-2.0
#include "sip/field.h"

#include <algorithm>
#include <array>

namespace sipward::sip {
namespace {

constexpr auto kNames = std::to_array<std::string_view>({
#define SIPWARD_SIP_FIELD_NAME(id, name, compact, kind) name,
    SIPWARD_SIP_FIELDS(SIPWARD_SIP_FIELD_NAME)
#undef SIPWARD_SIP_FIELD_NAME
});

constexpr auto kCompactForms = std::to_array<std::string_view>({
#define SIPWARD_SIP_FIELD_COMPACT(id, name, compact, kind) compact,
    SIPWARD_SIP_FIELDS(SIPWARD_SIP_FIELD_COMPACT)
#undef SIPWARD_SIP_FIELD_COMPACT
});

constexpr auto kKinds = std::to_array<FieldKind>({
#define SIPWARD_SIP_FIELD_KIND(id, name, compact, kind) FieldKind::kind,
    SIPWARD_SIP_FIELDS(SIPWARD_SIP_FIELD_KIND)
#undef SIPWARD_SIP_FIELD_KIND
});

constexpr std::size_t kLongestName = std::ranges::max(kNames, {}, &std::string_view::size).size();

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

constexpr bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

/// The fields in the order of their names' lengths, and where each length begins: a look-up
/// compares with the few names that are as long.
struct LengthIndex {
  std::array<Field, kNames.size()> fields{};
  std::array<std::uint8_t, kLongestName + 2> first{};
};

constexpr LengthIndex make_length_index() {
  LengthIndex index;
  std::uint8_t at = 0;
  for (std::size_t length = 0; length <= kLongestName; ++length) {
    index.first[length] = at;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      if (kNames[i].size() == length) index.fields[at++] = static_cast<Field>(i);
    }
  }
  index.first[kLongestName + 1] = at;
  return index;
}

constexpr LengthIndex kByLength = make_length_index();

constexpr std::array<Field, 26> make_compact_index() {
  std::array<Field, 26> index{};
  index.fill(Field::kUnknown);
  for (std::size_t i = 0; i < kCompactForms.size(); ++i) {
    if (!kCompactForms[i].empty()) index[kCompactForms[i][0] - 'a'] = static_cast<Field>(i);
  }
  return index;
}

constexpr std::array<Field, 26> kByLetter = make_compact_index();

Field parse_compact(char letter) {
  const char c = lower(letter);
  return c >= 'a' && c <= 'z' ? kByLetter[c - 'a'] : Field::kUnknown;
}

}  // namespace

Field parse_field(std::string_view name) {
  if (name.size() == 1) return parse_compact(name[0]);
  if (name.size() > kLongestName) return Field::kUnknown;
  for (std::size_t i = kByLength.first[name.size()]; i < kByLength.first[name.size() + 1]; ++i) {
    if (same_name(name, field_name(kByLength.fields[i]))) return kByLength.fields[i];
  }
  return Field::kUnknown;
}

std::string_view field_name(Field field) {
  return field == Field::kUnknown ? std::string_view{} : kNames[static_cast<std::size_t>(field)];
}

FieldKind field_kind(Field field) {
  return field == Field::kUnknown ? FieldKind::kRows : kKinds[static_cast<std::size_t>(field)];
}

}  // namespace sipward::sip
