// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/routing.h"

#include <gtest/gtest.h>

#include "sip/headers.h"
#include "tests/scscf/role.h"

namespace sipward::scscf::test {
namespace {

constexpr const char* kNextHop = "198.51.100.99:5060";

class Routing : public testing::Test {
 protected:
  Routing() {
    role.config.proxy_auth = ProxyAuth::kNever;
    EXPECT_TRUE(register_alice(role));
    EXPECT_TRUE(register_bob(role));
    role.sent.clear();
  }
  int send(const Request& request) {
    role.sent.clear();
    role.receive(text_of(request));
    return role.status();
  }
  const Role::Sent& sent_on() {
    EXPECT_EQ(role.forwarded().size(), 1U);
    return *role.forwarded().at(0);
  }
  static std::vector<std::string> routes(const sip::Message& request) {
    std::vector<std::string> all;
    for (const auto& route : sip::name_addrs(request, sip::Field::kRoute)) {
      all.push_back(route.uri.text());
    }
    return all;
  }
  Role role;
};

TEST_F(Routing, OtherDomainsGoToTheNextHop) {
  ASSERT_EQ(send({}), 0);
  EXPECT_EQ(sent_on().flow.remote.text(), kNextHop);
  EXPECT_EQ(sent_on().message.request_uri().text(), kCarol);
  EXPECT_TRUE(routes(sent_on().message).empty()) << "our Service-Route is taken off";
  EXPECT_EQ(sip::number(sent_on().message, sip::Field::kMaxForwards), 68U);
  EXPECT_EQ(sip::top_via(sent_on().message)->host, "198.51.100.20");
}

TEST_F(Routing, TerminatingUserIsReachedThroughThePath) {
  ASSERT_EQ(send({.uri = "sip:bob@HOME1.example;foo=bar"}), 0);
  const sip::Message& request = sent_on().message;
  EXPECT_EQ(sent_on().flow, ims::scscf_to_pcscf());
  EXPECT_EQ(request.request_uri().text(), "sip:bob@10.0.0.6:5060");
  EXPECT_EQ(routes(request), std::vector<std::string>{"sip:token@pcscf1.home1.example;lr"});
  EXPECT_EQ(request.find(sip::Field::kPCalledPartyId), "<sip:bob@HOME1.example;foo=bar>");
}

TEST_F(Routing, TelUriOfAUserIsTheUser) {
  ASSERT_EQ(send({.uri = "tel:+1-555-1000", .asserted = "<sip:bob@home1.example>"}), 0);
  EXPECT_EQ(sent_on().message.request_uri().user, "alice");
  ASSERT_EQ(send({.uri = "sip:+15551000@home1.example;user=phone",
                  .asserted = "<sip:bob@home1.example>"}),
            0);
  EXPECT_EQ(sent_on().message.request_uri().user, "alice");
}

struct TargetRow {
  const char* name;
  const char* uri;
  int with_next_hop;  ///< 0: forwarded to it
  int without;
};
class TargetTable : public testing::TestWithParam<TargetRow> {};

TEST_P(TargetTable, WithoutAContact) {
  for (const bool next_hop : {true, false}) {
    Role role([&](Config& config) {
      if (!next_hop) config.next_hop.reset();
    });
    role.subscribers["dave_priv@home1.example"] =
        make_user("dave_priv@home1.example", "dave-pw",
                  {"<sip:dave@home1.example>", "<tel:+15559999>", "<sip:barred@home1.example>"});
    role.subscribers["dave_priv@home1.example"].identities[2].barred = true;
    ASSERT_TRUE(register_alice(role));
    role.sent.clear();
    role.receive(text_of(Request{.uri = GetParam().uri}));
    EXPECT_EQ(role.status(), next_hop ? GetParam().with_next_hop : GetParam().without);
    EXPECT_EQ(role.forwarded().size(), role.status() == 0 ? 1U : 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Targets, TargetTable,
    testing::Values(TargetRow{"other_domain", "sip:carol@home2.example", 0, 404},
                    TargetRow{"known_but_not_registered", "sip:dave@home1.example", 480, 480},
                    TargetRow{"barred", "sip:barred@home1.example", 404, 404},
                    TargetRow{"unknown_user", "sip:nobody@home1.example", 404, 404},
                    TargetRow{"domain_without_user", "sip:home1.example", 404, 404},
                    TargetRow{"ourselves", "sip:scscf1.home1.example", 404, 404},
                    TargetRow{"known_number", "tel:+15559999", 480, 480},
                    TargetRow{"unknown_number", "tel:+15550000", 0, 404},
                    TargetRow{"service", "urn:service:sos", 0, 404},
                    TargetRow{"other_scheme", "mailto:carol@home2.example", 416, 416},
                    TargetRow{"address_of_a_stranger", "sip:x@192.0.2.1", 0, 404}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(Routing, DialogsAreRecordRouted) {
  struct Row {
    const char* method;
    const char* to_tag;
    bool recorded;
  };
  for (const Row& row :
       {Row{"INVITE", "", true}, Row{"SUBSCRIBE", "", true}, Row{"REFER", "", true},
        Row{"MESSAGE", "", false}, Row{"OPTIONS", "", false}, Row{"INVITE", "t1", false}}) {
    ASSERT_EQ(send({.method = row.method, .to_tag = row.to_tag}), 0) << row.method;
    const auto recorded = sip::name_addrs(sent_on().message, sip::Field::kRecordRoute);
    EXPECT_EQ(recorded.size(), row.recorded ? 1U : 0U) << row.method;
    if (row.recorded) {
      EXPECT_EQ(recorded[0].uri.text(), "sip:scscf1.home1.example;lr");
    }
  }
}

TEST_F(Routing, DialogFollowsItsRoute) {
  const Request bye{.method = "BYE",
                    .uri = "sip:bob@203.0.113.8:5060",
                    .route = "<sip:scscf1.home1.example;lr>, <sip:t@pcscf1.home1.example;lr>",
                    .to_tag = "t1"};
  ASSERT_EQ(send(bye), 0);
  EXPECT_EQ(sent_on().flow, ims::scscf_to_pcscf());
  EXPECT_EQ(sent_on().message.request_uri().text(), "sip:bob@203.0.113.8:5060");
  EXPECT_EQ(routes(sent_on().message), std::vector<std::string>{"sip:t@pcscf1.home1.example;lr"});
}

TEST_F(Routing, DialogWithoutRouteNeverReachesAnAddressOfTheUesChoice) {
  const Request bye{.method = "BYE",
                    .uri = "sip:x@127.0.0.1:6379",
                    .route = "<sip:scscf1.home1.example;lr>",
                    .to_tag = "t1"};
  ASSERT_EQ(send(bye), 0);
  EXPECT_EQ(sent_on().flow.remote.text(), kNextHop);
  Request to_next_hop = bye;
  to_next_hop.uri = "sip:carol@198.51.100.99:5099";
  ASSERT_EQ(send(to_next_hop), 0);
  EXPECT_EQ(sent_on().flow.remote.text(), "198.51.100.99:5099");
}

TEST_F(Routing, UnknownRouteIsTheNextHopsOrNobodys) {
  const Request invite{.route = "<sip:orig@scscf1.home1.example;lr>, <sip:as.example;lr>"};
  ASSERT_EQ(send(invite), 0);
  EXPECT_EQ(sent_on().flow.remote.text(), kNextHop);
  EXPECT_EQ(routes(sent_on().message).size(), 1U) << "left for the next hop to follow";

  Role alone([](Config& config) { config.next_hop.reset(); });
  ASSERT_TRUE(register_alice(alone));
  alone.receive(text_of(invite));
  EXPECT_EQ(alone.status(), 503);
}

TEST_F(Routing, AckThatLeadsNowhereIsDropped) {
  send({.method = "ACK", .uri = "sip:nobody@home1.example", .to_tag = "t1"});
  EXPECT_TRUE(role.sent.empty());
  EXPECT_TRUE(role.lookups.empty());
}

class Forking : public testing::Test {
 protected:
  void add_flow(const char* instance, int reg_id, const char* user) {
    ASSERT_TRUE(register_user(
        role,
        {.contact = "<sip:" + std::string(user) + "@10.0.0.5>;+sip.instance=\"<urn:" + instance +
                    ">\";reg-id=" + std::to_string(reg_id),
         .path = "<sip:" + std::string(user) + "@pcscf1.home1.example;lr;ob>"},
        {}));
  }
  std::string targets() {
    role.sent.clear();
    role.receive(text_of(Request{.uri = kAlice, .asserted = "", .route = ""}));
    std::string users;
    for (const auto* sent : role.forwarded()) users += sent->message.request_uri().user + ' ';
    return users;
  }
  Role role;
};

TEST_F(Forking, NewestFlowOfEachInstance) {
  add_flow("one", 1, "a1");
  add_flow("one", 2, "a2");
  add_flow("two", 1, "b1");
  EXPECT_EQ(targets(), "a2 b1 ") << "RFC 5626 7: one flow of an instance at a time";
  add_flow("one", 1, "a3");
  EXPECT_EQ(targets(), "a3 b1 ");
}

TEST_F(Forking, AllUsersOfASharedIdentity) {
  auto& bob = role.subscribers[kBobImpi];
  bob.identities.push_back(role.subscribers[kAliceImpi].identities[0]);
  bob.identities.back().is_default = false;
  ASSERT_TRUE(register_bob(role));
  ASSERT_TRUE(register_alice(role));
  EXPECT_EQ(targets(), "alice bob ");
}

// It answers to its own port, whatever port it sends from (RFC 3261 18.1.1).
TEST(RemotePcscf, IsReachedWhereItListens) {
  Role role([](Config& config) {
    config.embedded_pcscf.reset();
    config.next_hop.reset();
    config.trusted_peers = {*sip::IpAddress::parse("198.51.100.30")};
  });
  const sip::Flow pcscf{.local = role.config.local,
                        .remote = *sip::Endpoint::parse("198.51.100.30:5064")};
  Register request;
  role.receive(text_of(request), pcscf);
  request.authorization = credentials_for(challenges_of(role.response())[0].nonce, {});
  role.receive(text_of(request), pcscf);
  ASSERT_EQ(role.status(), 200);
  role.sent.clear();
  role.receive(text_of(Request{.uri = kAlice, .asserted = "", .route = ""}), pcscf);
  ASSERT_EQ(role.forwarded().size(), 1U);
  EXPECT_EQ(role.forwarded()[0]->flow.remote.text(), "198.51.100.30:5060");
  EXPECT_EQ(sip::top_via(role.forwarded()[0]->message)->host, "198.51.100.20");
}

}  // namespace
}  // namespace sipward::scscf::test
