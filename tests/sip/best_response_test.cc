// SPDX-License-Identifier: Apache-2.0
#include "sip/best_response.h"

#include <gtest/gtest.h>

#include <vector>

#include "sip/headers.h"
#include "tests/sip/dialogue.h"

namespace sipward::sip {
namespace {

BranchEnd received(int status) {
  return {.response = dialogue::response(dialogue::request(), status, "t" + std::to_string(status)),
          .local = false};
}
BranchEnd local(int status) {
  BranchEnd end = received(status);
  end.local = true;
  return end;
}

struct Row {
  const char* name;
  std::vector<int> statuses;
  std::size_t chosen;
};

// RFC 3261 16.7 step 6.
TEST(BestResponse, IsChosenByClassAndThenByUse) {
  const Row rows[] = {
      {"the only one", {404}, 0},
      {"a 6xx before all others", {302, 404, 603}, 2},
      {"the first 6xx", {404, 600, 606}, 1},
      {"the lowest class: 3xx", {500, 404, 302}, 2},
      {"the lowest class: 4xx", {503, 500, 480}, 2},
      {"the lowest class: 5xx", {500}, 0},
      {"the first of equals", {480, 404, 486}, 0},
      {"401 before other 4xx", {404, 415, 401}, 2},
      {"407 before other 4xx", {486, 407, 484}, 1},
      {"the first challenge", {407, 401}, 0},
      {"415 before 404", {404, 415}, 1},
      {"420 before 404", {404, 420}, 1},
      {"484 before 404", {404, 484}, 1},
      {"408 after any other 4xx", {408, 404}, 1},
      {"408 before a 5xx", {500, 408}, 1},
      {"503 after any other 5xx", {503, 504}, 1},
  };
  for (const Row& row : rows) {
    std::vector<BranchEnd> ends;
    for (const int status : row.statuses) ends.push_back(received(status));
    EXPECT_EQ(choose_best(ends), row.chosen) << row.name;
  }
}

TEST(BestResponse, GoesBackAsItCame) {
  std::vector<BranchEnd> ends;
  ends.push_back(received(486));
  ends.back().response.add(Field::kReason, "SIP;cause=486");
  ends.push_back(received(500));
  const Message best = best_response(ends);
  EXPECT_EQ(best.status(), 486);
  EXPECT_EQ(to_tag(best), "t486");
  EXPECT_EQ(best.find(Field::kReason), "SIP;cause=486");
}

// RFC 3261 16.7 step 7.
TEST(BestResponse, CarriesTheChallengesOfAllBranches) {
  std::vector<BranchEnd> ends;
  ends.push_back(received(407));
  ends.back().response.add(Field::kProxyAuthenticate, "Digest realm=\"one\", nonce=\"1\"");
  ends.push_back(received(404));
  ends.back().response.add(Field::kWwwAuthenticate, "Digest realm=\"not a challenge\"");
  ends.push_back(received(401));
  ends.back().response.add(Field::kWwwAuthenticate, "Digest realm=\"two\", nonce=\"2\"");
  ends.push_back(received(407));
  ends.back().response.add(Field::kProxyAuthenticate, "Digest realm=\"three\", nonce=\"3\"");
  const Message best = best_response(ends);
  EXPECT_EQ(best.status(), 407);
  EXPECT_EQ(best.all(Field::kProxyAuthenticate),
            (std::vector<std::string_view>{"Digest realm=\"one\", nonce=\"1\"",
                                           "Digest realm=\"three\", nonce=\"3\""}));
  EXPECT_EQ(best.all(Field::kWwwAuthenticate),
            (std::vector<std::string_view>{"Digest realm=\"two\", nonce=\"2\""}));
}

TEST(BestResponse, WithoutAChallengeChosenNoneIsAdded) {
  std::vector<BranchEnd> ends;
  ends.push_back(received(603));
  ends.push_back(received(401));
  ends.back().response.add(Field::kWwwAuthenticate, "Digest realm=\"two\", nonce=\"2\"");
  EXPECT_FALSE(best_response(ends).has(Field::kWwwAuthenticate));
}

TEST(BestResponse, AReceived503Becomes500) {
  std::vector<BranchEnd> ends;
  ends.push_back(received(503));
  ends.back().response.add(Field::kRetryAfter, "3600");
  const Message best = best_response(ends);
  EXPECT_EQ(best.status(), 500);
  EXPECT_FALSE(best.has(Field::kRetryAfter)) << "it is the next hop's, not ours";
  EXPECT_EQ(to_tag(best), "t503");
  EXPECT_EQ(best.find(Field::kVia), dialogue::request().find(Field::kVia));
}

TEST(BestResponse, OurOwn503Stays) {
  std::vector<BranchEnd> ends;
  ends.push_back(local(503));
  EXPECT_EQ(best_response(ends).status(), 503);
}

}  // namespace
}  // namespace sipward::sip
