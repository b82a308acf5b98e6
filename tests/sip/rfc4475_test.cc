// SPDX-License-Identifier: Apache-2.0
// The torture messages of RFC 4475, byte for byte, where they are at hand: in the directory that
// the environment variable SIPWARD_RFC4475 names, or beside this source tree. They are not part of
// it; torture_test.cc holds messages of the same classes that always run.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sip/reader.h"
#include "tests/sip/round_trip.h"

#ifndef SIPWARD_SOURCE_DIR
#define SIPWARD_SOURCE_DIR "."
#endif

namespace sipward::sip {
namespace {

using enum ParseErrorCode;
namespace fs = std::filesystem;

fs::path corpus() {
  const char* const named = std::getenv("SIPWARD_RFC4475");
  return named != nullptr ? fs::path(named)
                          : fs::path(SIPWARD_SOURCE_DIR) / "../shared/corpora/rfc4475";
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

/// What the reader says of each message; nullopt: it reads it. Where the RFC leaves the choice,
/// this is ours: what could be read two ways is refused.
const std::map<std::string, std::optional<ParseErrorCode>> kOutcomes = {
    {"badaspec", kBadHeader},
    {"badbranch", std::nullopt},  // refused by the element: no transaction can be told by it
    {"baddate", kBadHeader},
    {"baddn", kBadHeader},
    {"badinv01", kBadHeader},
    {"badvers", kBadVersion},
    {"bcast", std::nullopt},   // dropped by the element: the Via on top is not its own
    {"bext01", std::nullopt},  // 420 by the element
    {"bigcode", kBadStatus},
    {"clerr", kTruncated},
    {"cparam01", std::nullopt},
    {"cparam02", std::nullopt},
    {"dblreq", std::nullopt},
    {"esc01", std::nullopt},
    {"esc02", std::nullopt},
    {"escnull", std::nullopt},
    {"escruri", kBadRequestUri},
    {"insuf", kMissingHeader},
    {"intmeth", std::nullopt},
    {"inv2543", std::nullopt},  // as badbranch
    {"invut", std::nullopt},
    {"longreq", kTooManyHops},  // 34 Via rows: 513, as the limit says
    {"ltgtruri", kBadRequestUri},
    {"lwsdisp", std::nullopt},
    {"lwsruri", kBadRequestUri},
    {"lwsstart", kBadRequestUri},
    {"mcl01", kDuplicateHeader},
    {"mismatch01", kMethodMismatch},
    {"mismatch02", kMethodMismatch},
    {"mpart01", std::nullopt},
    {"multi01", kDuplicateHeader},
    {"ncl", kBadContentLength},
    {"noreason", std::nullopt},
    {"novelsc", std::nullopt},  // 416 by the element
    {"quotbal", kBadHeader},
    {"regaut01", std::nullopt},  // challenged by the registrar
    {"regbadct", kBadHeader},
    {"regescrt", std::nullopt},
    {"scalar02", kBadHeader},
    {"scalarlg", kBadHeader},
    {"sdp01", std::nullopt},
    {"semiuri", std::nullopt},
    {"transports", std::nullopt},
    {"trws", kBadStartLine},
    {"unkscm", std::nullopt},  // 416 by the element
    {"unksm2", std::nullopt},
    {"unreason", std::nullopt},
    {"wsinv", std::nullopt},
    {"zeromf", std::nullopt},  // 483 by the element
};

struct Entry {
  std::string name;
  std::string file;
  bool is_request = false;
  bool well_formed = false;
  std::string verdict;
  std::vector<int> reject_codes;
};

void PrintTo(const Entry& entry, std::ostream* out) { *out << entry.name; }

std::vector<Entry> entries() {
  const std::string index = read_file(corpus() / "index.json");
  if (index.empty()) return {};
  const auto parsed = nlohmann::json::parse(index);
  std::vector<Entry> out;
  for (const auto& item : parsed.at("messages")) {
    out.push_back({.name = item.at("name"),
                   .file = item.at("file"),
                   .is_request = item.at("kind") == "request",
                   .well_formed = item.at("well_formed"),
                   .verdict = item.at("verdict"),
                   .reject_codes = item.at("reject_codes").get<std::vector<int>>()});
  }
  return out;
}

bool lists(const Entry& entry, int status) {
  return std::ranges::find(entry.reject_codes, status) != entry.reject_codes.end();
}

class Rfc4475 : public testing::TestWithParam<Entry> {};

TEST_P(Rfc4475, IsClassifiedAsTheIndexSays) {
  const Entry& entry = GetParam();
  const auto message = parse_message(read_file(corpus() / entry.file));
  if (message) {
    EXPECT_TRUE(entry.well_formed || entry.verdict == "accept");
    EXPECT_EQ(test::round_trip_difference(*message), "");
    return;
  }
  const int status = message.error().status();
  const bool may_be_refused = entry.verdict != "accept";
  EXPECT_TRUE(may_be_refused || lists(entry, status)) << message.error().describe();
  const bool is_answered = entry.is_request && !entry.reject_codes.empty();
  EXPECT_TRUE(!is_answered || lists(entry, status)) << message.error().describe();
}

TEST_P(Rfc4475, HasTheOutcomeWeSay) {
  const Entry& entry = GetParam();
  const auto message = parse_message(read_file(corpus() / entry.file));
  ASSERT_TRUE(kOutcomes.contains(entry.name));
  const auto expected = kOutcomes.at(entry.name);
  ASSERT_EQ(message.ok(), !expected.has_value()) << (message ? "" : message.error().describe());
  if (!message) {
    EXPECT_EQ(message.error().code, *expected) << message.error().describe();
  }
}

TEST_P(Rfc4475, IsNotReadBeyondItsEnd) {
  const std::string whole = read_file(corpus() / GetParam().file);
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    std::string prefix = whole.substr(0, length);
    prefix.shrink_to_fit();
    const auto message = parse_message(prefix);
    if (!message) (void)make_rejection(prefix, message.error());
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Rfc4475);
INSTANTIATE_TEST_SUITE_P(Corpus, Rfc4475, testing::ValuesIn(entries()),
                         [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace sipward::sip
