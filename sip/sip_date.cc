// SPDX-License-Identifier: Apache-2.0
#include "sip/sip_date.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "sip/grammar.h"

namespace sipward::sip {
namespace {

/// Every date has the same length: `d` stands for a digit, `?` for what is looked at by name.
constexpr std::string_view kShape = "???, dd ??? dddd dd:dd:dd GMT";
constexpr auto kDays =
    std::to_array<std::string_view>({"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"});
constexpr auto kMonths = std::to_array<std::string_view>(
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});

bool has_shape(std::string_view text) {
  return std::ranges::equal(text, kShape, [](char c, char shape) {
    return shape == '?' || (shape == 'd' ? is_digit(c) : to_lower(c) == to_lower(shape));
  });
}

unsigned two_digits(std::string_view text, std::size_t at) {
  return static_cast<unsigned>((text[at] - '0') * 10 + (text[at + 1] - '0'));
}

template <class Names>
auto find_name(const Names& names, std::string_view name) {
  return std::ranges::find_if(names, [&](std::string_view n) { return iequals(n, name); });
}

}  // namespace

bool is_sip_date(std::string_view text) {
  if (!has_shape(text) || find_name(kDays, text.substr(0, 3)) == kDays.end()) return false;
  const auto month = find_name(kMonths, text.substr(8, 3)) - kMonths.begin() + 1;
  const auto year = two_digits(text, 12) * 100 + two_digits(text, 14);
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(two_digits(text, 5))};
  return date.ok() && two_digits(text, 17) < 24 && two_digits(text, 20) < 60 &&
         two_digits(text, 23) <= 60;  // a leap second
}

}  // namespace sipward::sip
