// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/procedure.h"

#include <gtest/gtest.h>

#include "sip/headers.h"

namespace sipward::scscf {
namespace {

class Procedure : public testing::Test {
 protected:
  static Work make_work(sip::Method method) {
    Work work{.request = sip::Message::request(method, *sip::parse_uri("sip:a@home1.example"))};
    work.request.add(sip::Field::kVia, "SIP/2.0/UDP pcscf1.home1.example;branch=z9hG4bK1");
    work.request.add(sip::Field::kFrom, "<sip:a@home1.example>;tag=1");
    work.request.add(sip::Field::kTo, "<sip:a@home1.example>");
    work.origin.ue.remote = *sip::Endpoint::parse("203.0.113.7:40001");
    return work;
  }
  Config config{.domains = {"home1.example"}};
  Registrar registrar{{}};
  Authenticator authenticator{{}, [] { return std::uint64_t{1}; }};
  Neighbours neighbours{config};
  sip::RandomSource random = [] { return std::uint64_t{0xabc}; };
  Office office{.config = config,
                .registrar = registrar,
                .authenticator = authenticator,
                .neighbours = neighbours,
                .random = random};
};

TEST_F(Procedure, RefusalHasAToTag) {
  const Step step = refuse(office, make_work(sip::Method::kInvite), 404, "Nobody");
  const auto& response = std::get<Respond>(step.next).response;
  EXPECT_EQ(response.status(), 404);
  EXPECT_EQ(response.reason(), "Nobody");
  EXPECT_EQ(sip::to_tag(response), "0000000000000abc");
}

TEST_F(Procedure, AckIsNeverAnswered) {
  const Step step = refuse(office, make_work(sip::Method::kAck), 404);
  EXPECT_TRUE(std::holds_alternative<Drop>(step.next));
}

TEST_F(Procedure, EventHasTheMethodAndTheUesFlow) {
  const Work work = make_work(sip::Method::kMessage);
  const ims::Event plain = make_event(ims::EventKind::kChallenged, work, {.impi = "i"});
  EXPECT_EQ(plain.detail, "MESSAGE");
  EXPECT_EQ(plain.impi, "i");
  EXPECT_EQ(plain.flow.text(), "udp/203.0.113.7:40001");
  EXPECT_EQ(make_event(ims::EventKind::kChallenged, work, {.detail = "why"}).detail,
            "MESSAGE: why");
}

TEST_F(Procedure, EventsAreInTheirOrder) {
  Step step = refuse(office, make_work(sip::Method::kMessage), 403);
  step = with_event(std::move(step), {.kind = ims::EventKind::kPrecedenceMismatch});
  step = with_event(std::move(step), {.kind = ims::EventKind::kAuthenticated});
  ASSERT_EQ(step.events.size(), 2U);
  EXPECT_EQ(step.events[0].kind, ims::EventKind::kAuthenticated);
}

TEST_F(Procedure, HomeIsByDomain) {
  struct Row {
    const char* uri;
    bool home;
  };
  for (const Row& row : {Row{"sip:a@home1.example", true}, Row{"sips:a@HOME1.EXAMPLE", true},
                         Row{"sip:home1.example:5080", true}, Row{"sip:a@x.home1.example", false},
                         Row{"sip:a@home1.example.org", false}, Row{"tel:+1555", false}}) {
    EXPECT_EQ(is_home(*sip::parse_uri(row.uri), config), row.home) << row.uri;
  }
}

}  // namespace
}  // namespace sipward::scscf
