// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/routes.h"

#include <gtest/gtest.h>

#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf {
namespace {

using sip::Field;

OwnAddresses own() {
  Config config;
  config.name = "p.example";
  config.core.local = test::endpoint("10.0.0.1:5060");
  config.listeners = {test::endpoint("198.51.100.10:5060")};
  return OwnAddresses(config);
}

sip::Message request(const std::vector<std::string>& routes) {
  sip::Message message = sip::Message::request(sip::Method::kInvite, *sip::parse_uri("sip:a@b"));
  for (const auto& route : routes) message.add(Field::kRoute, route);
  return message;
}

std::vector<sip::NameAddr> list(const std::vector<std::string>& texts) {
  std::vector<sip::NameAddr> all;
  for (const auto& text : texts) all.push_back(*sip::parse_name_addr(text));
  return all;
}

TEST(OwnToken, IsTheUserOfTheTopRouteIfThatIsOurs) {
  EXPECT_EQ(own_token(request({}), own()), std::nullopt);
  EXPECT_EQ(own_token(request({"<sip:T@other.example;lr>", "<sip:T@p.example;lr>"}), own()),
            std::nullopt);
  EXPECT_EQ(own_token(request({"<sip:p.example;lr>"}), own()), "");
  EXPECT_EQ(own_token(request({"<sip:%54-x@p.example;lr>"}), own()), "T-x") << "escapes resolved";
}

// RFC 5658: both of our entries, and none of another leg's.
TEST(PopOwnToken, TakesTheTwinOnly) {
  const struct {
    const char* name;
    std::vector<std::string> before;
    std::string after;
  } rows[] = {
      {"single", {"<sip:A@p.example;lr>", "<sip:s;lr>"}, "<sip:s;lr>"},
      {"double", {"<sip:A@198.51.100.10;lr>", "<sip:A@p.example;lr>", "<sip:s;lr>"}, "<sip:s;lr>"},
      {"the other leg of one P-CSCF",
       {"<sip:A@198.51.100.10;lr>", "<sip:A@p.example;lr>", "<sip:B@p.example;lr>"},
       "<sip:B@p.example;lr>"},
      {"not ours", {"<sip:s;lr>", "<sip:A@p.example;lr>"}, "<sip:s;lr>, <sip:A@p.example;lr>"},
      {"none", {}, ""},
  };
  for (const auto& row : rows) {
    sip::Message message = request(row.before);
    pop_own_token(message, own());
    EXPECT_EQ(test::values(message, Field::kRoute), row.after) << row.name;
  }
}

TEST(PopOwnRoutes, TakesAllOfOursFromTheTop) {
  sip::Message message =
      request({"<sip:198.51.100.10;lr>", "<sip:p.example;lr>", "<sip:s;lr>", "<sip:p.example;lr>"});
  pop_own_routes(message, own());
  EXPECT_EQ(test::values(message, Field::kRoute), "<sip:s;lr>, <sip:p.example;lr>");
}

// TS 24.229 5.2.6.3.3: URI by URI, by RFC 3261 19.1.4.
TEST(MatchRoutes, ComparesUriByUri) {
  const auto stored = list({"<sip:orig@s.example;lr>", "<sip:t.example;lr>"});
  const struct {
    std::vector<std::string> routes;
    RouteMatch match;
  } rows[] = {
      {{"<sip:orig@s.example;lr>", "<sip:t.example;lr>"}, RouteMatch::kEqual},
      {{"<sip:%6frig@S.EXAMPLE;LR>", "<sip:t.example;lr>"}, RouteMatch::kEqual},
      {{"<sip:t.example;lr>", "<sip:orig@s.example;lr>"}, RouteMatch::kDiffers},
      {{"<sip:orig@s.example;lr>"}, RouteMatch::kDiffers},
      {{"<sip:orig@s.example;lr>", "<sip:t.example;lr>", "<sip:e;lr>"}, RouteMatch::kDiffers},
      {{"<sip:ORIG@s.example;lr>", "<sip:t.example;lr>"}, RouteMatch::kDiffers},
      {{"<sip:orig@s.example:5060;lr>", "<sip:t.example;lr>"}, RouteMatch::kDiffers},
      {{}, RouteMatch::kAbsent},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(match_routes(request(row.routes), stored), row.match)
        << testing::PrintToString(row.routes);
  }
  EXPECT_EQ(match_routes(request({}), {}), RouteMatch::kEqual);
  EXPECT_EQ(match_routes(request({"<sip:e;lr>"}), {}), RouteMatch::kDiffers);
}

TEST(SetRoutes, ReplacesAll) {
  sip::Message message = request({"<sip:evil.invalid;lr>"});
  set_routes(message, list({"<sip:a;lr>", "<sip:b;lr>"}));
  EXPECT_EQ(test::values(message, Field::kRoute), "<sip:a;lr>, <sip:b;lr>");
  set_routes(message, {});
  EXPECT_FALSE(message.has(Field::kRoute));
}

TEST(RecordRoute, TheSideItLeavesToStandsOnTop) {
  sip::Message message = request({});
  message.add(Field::kRecordRoute, "<sip:before;lr>");
  record_route(message, *sip::parse_name_addr("<sip:in;lr>"),
               *sip::parse_name_addr("<sip:out;lr>"));
  EXPECT_EQ(test::values(message, Field::kRecordRoute),
            "<sip:out;lr>, <sip:in;lr>, <sip:before;lr>");
}

}  // namespace
}  // namespace sipward::pcscf
