// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/nonce.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>

namespace sipward::scscf {
namespace {

using Verdict = Nonces::Verdict;
using std::chrono::seconds;

constexpr const char* kFlow = "udp/203.0.113.7:40001";
const sip::Time kNow = sip::Time(std::chrono::hours(5));

sip::RandomSource counting(std::uint64_t start = 1) {
  return [value = start]() mutable { return value++; };
}

Nonces make_nonces(char key = 'k', const std::string& realm = "home1.example") {
  return Nonces({.key = std::string(32, key), .realm = realm, .lifetime = seconds(300)},
                counting());
}

TEST(Nonce, IsFreshOnItsFlowUntilItsLifetimeIsOver) {
  Nonces nonces = make_nonces();
  const std::string nonce = nonces.make(kFlow, kNow);
  struct Row {
    const char* name;
    seconds age;
    Verdict verdict;
  };
  for (const Row& row : {Row{"at once", seconds(0), Verdict::kFresh},
                         Row{"in the last second", seconds(300), Verdict::kFresh},
                         Row{"after it", seconds(301), Verdict::kExpired},
                         Row{"long after it", seconds(1'000'000), Verdict::kExpired}}) {
    EXPECT_EQ(nonces.check(nonce, kFlow, kNow + row.age).verdict, row.verdict) << row.name;
  }
}

TEST(Nonce, IsForeignElsewhere) {
  const std::string nonce = make_nonces().make(kFlow, kNow);
  EXPECT_EQ(make_nonces().check(nonce, "udp/203.0.113.7:40002", kNow).verdict, Verdict::kForeign);
  EXPECT_EQ(make_nonces().check(nonce, "tcp/203.0.113.7:40001", kNow).verdict, Verdict::kForeign);
  EXPECT_EQ(make_nonces('x').check(nonce, kFlow, kNow).verdict, Verdict::kForeign);
  EXPECT_EQ(make_nonces('k', "home2.example").check(nonce, kFlow, kNow).verdict, Verdict::kForeign);
  EXPECT_EQ(make_nonces().check(nonce, kFlow, kNow).verdict, Verdict::kFresh)
      << "another node with the same key";
}

TEST(Nonce, NoChangedCharacterPasses) {
  Nonces nonces = make_nonces();
  const std::string nonce = nonces.make(kFlow, kNow);
  for (std::size_t at = 0; at < nonce.size(); ++at) {
    for (const char other : {'A', 'z', '0', '-', '=', '+', '"'}) {
      std::string changed = nonce;
      changed[at] = other;
      if (changed == nonce) continue;
      EXPECT_EQ(nonces.check(changed, kFlow, kNow).verdict, Verdict::kForeign) << at << other;
    }
  }
}

TEST(Nonce, OtherTextIsForeign) {
  Nonces nonces = make_nonces();
  const std::string nonce = nonces.make(kFlow, kNow);
  for (const std::string& text :
       {std::string(), std::string("Tm9uY2VSZWcwMDAx"), nonce + "A", nonce.substr(1),
        std::string(nonce.size(), 'A'), std::string(10'000, 'A')}) {
    EXPECT_EQ(nonces.check(text, kFlow, kNow).verdict, Verdict::kForeign) << text;
  }
}

TEST(Nonce, FromAFutureClockIsForeign) {
  Nonces nonces = make_nonces();
  std::ignore = nonces.make(kFlow, kNow);
  const std::string nonce = nonces.make(kFlow, kNow + seconds(10));
  EXPECT_EQ(nonces.check(nonce, kFlow, kNow).verdict, Verdict::kForeign);
}

TEST(Nonce, FromBeforeARestartIsExpired) {
  const std::string nonce = make_nonces().make(kFlow, kNow);
  Nonces restarted = make_nonces();
  std::ignore = restarted.make(kFlow, kNow + seconds(2));
  EXPECT_EQ(restarted.check(nonce, kFlow, kNow + seconds(3)).verdict, Verdict::kExpired)
      << "which counts were used with it is forgotten";
}

TEST(Nonce, EachIsNewAndFitsAQuotedString) {
  Nonces nonces = make_nonces();
  std::set<std::string> seen;
  std::set<std::uint64_t> ids;
  for (int i = 0; i < 100; ++i) {
    const std::string nonce = nonces.make(kFlow, kNow);
    EXPECT_EQ(
        nonce.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
        std::string::npos);
    EXPECT_TRUE(seen.insert(nonce).second);
    EXPECT_TRUE(ids.insert(nonces.check(nonce, kFlow, kNow).id).second);
  }
}

}  // namespace
}  // namespace sipward::scscf
