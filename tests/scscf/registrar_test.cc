// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/registrar.h"

#include <gtest/gtest.h>

#include "tests/scscf/role.h"

namespace sipward::scscf {
namespace {

using Change = Registrar::Change;
using std::chrono::seconds;

const sip::Time kNow = sip::Time(std::chrono::hours(1));

ims::Impu impu(const std::string& text) { return *ims::Impu::parse(text); }

Contact contact(const std::string& uri, seconds lifetime = seconds(3600)) {
  return {.contact = *sip::parse_name_addr("<" + uri + ">"), .expires = kNow + lifetime};
}
Contact flow(const std::string& uri, const std::string& instance, std::uint32_t reg_id) {
  Contact made = contact(uri);
  made.instance = instance;
  made.reg_id = reg_id;
  made.outbound = true;
  return made;
}

class RegistrarTest : public testing::Test {
 protected:
  Registrar::Update update(std::vector<Contact> bind, std::vector<Contact> unbind = {}) {
    ++cseq;
    for (Contact& bound : bind) {
      bound.call_id = call_id;
      bound.cseq = cseq;
    }
    return {.impi = user.impi,
            .set = 0,
            .identities = user.identities,
            .bind = std::move(bind),
            .unbind = std::move(unbind),
            .call_id = call_id,
            .cseq = cseq};
  }
  std::string contacts() const {
    const Registration* registration = registrar.find(user.impi, 0);
    if (registration == nullptr) return "none";
    std::string text;
    for (const Contact& one : registration->contacts) text += one.contact.uri.user + ' ';
    return text;
  }
  Registrar registrar{{.registrations = 2, .contacts = 3}};
  Subscriber user = test::make_user("a_priv@home1.example", "pw",
                                    {"<sip:a@home1.example>", "<sip:family@home1.example>"});
  std::string call_id = "c1";
  std::uint32_t cseq = 0;
};

TEST_F(RegistrarTest, ContactWithoutOutboundReplacesTheOld) {
  EXPECT_EQ(registrar.apply(update({contact("sip:one@192.0.2.1")})), Change::kDone);
  EXPECT_EQ(registrar.apply(update({contact("sip:two@192.0.2.2")})), Change::kDone);
  EXPECT_EQ(contacts(), "two ");
}

TEST_F(RegistrarTest, FlowsStandBesideEachOther) {
  EXPECT_EQ(registrar.apply(update({flow("sip:one@192.0.2.1", "I", 1)})), Change::kDone);
  EXPECT_EQ(registrar.apply(update({flow("sip:two@192.0.2.2", "I", 2)})), Change::kDone);
  EXPECT_EQ(registrar.apply(update({flow("sip:other@192.0.2.3", "J", 1)})), Change::kDone);
  EXPECT_EQ(contacts(), "one two other ");
  EXPECT_EQ(registrar.apply(update({flow("sip:moved@192.0.2.9", "I", 1)})), Change::kDone);
  EXPECT_EQ(contacts(), "two other moved ") << "same instance and reg-id: the flow has moved";
}

TEST_F(RegistrarTest, InstanceThatGivesOutboundUpLeavesItsFlows) {
  EXPECT_EQ(registrar.apply(update({flow("sip:one@192.0.2.1", "I", 1)})), Change::kDone);
  EXPECT_EQ(registrar.apply(update({flow("sip:other@192.0.2.2", "J", 1)})), Change::kDone);
  Contact plain = contact("sip:plain@192.0.2.1");
  plain.instance = "I";
  EXPECT_EQ(registrar.apply(update({plain})), Change::kDone);
  EXPECT_EQ(contacts(), "other plain ");
}

TEST_F(RegistrarTest, RefreshKeepsTheRouteId) {
  Contact first = contact("sip:one@192.0.2.1");
  first.route_id = "r1";
  EXPECT_EQ(registrar.apply(update({first})), Change::kDone);
  first.route_id = "r2";
  EXPECT_EQ(registrar.apply(update({first})), Change::kDone);
  EXPECT_EQ(registrar.find(user.impi, 0)->contacts[0].route_id, "r1");
}

TEST_F(RegistrarTest, RemovesWhatIsNamed) {
  EXPECT_EQ(registrar.apply(
                update({flow("sip:one@192.0.2.1", "I", 1), flow("sip:two@192.0.2.2", "I", 2)})),
            Change::kDone);
  EXPECT_EQ(registrar.apply(update({}, {flow("sip:elsewhere@192.0.2.9", "I", 1)})), Change::kDone);
  EXPECT_EQ(contacts(), "two ");
  EXPECT_EQ(registrar.apply(update({}, {flow("sip:two@192.0.2.2", "I", 2)})), Change::kDone);
  EXPECT_EQ(contacts(), "none");
  EXPECT_EQ(registrar.size(), 0U);
  EXPECT_FALSE(registrar.deadline());
  EXPECT_TRUE(registrar.with(impu("sip:a@home1.example")).empty());
}

TEST_F(RegistrarTest, UnknownContactChangesNothing) {
  EXPECT_EQ(registrar.apply(update({}, {contact("sip:one@192.0.2.1")})), Change::kUnknownContact);
  EXPECT_EQ(registrar.apply(update({contact("sip:one@192.0.2.1")})), Change::kDone);
  EXPECT_EQ(registrar.apply(update({contact("sip:two@192.0.2.2")}, {contact("sip:x@192.0.2.3")})),
            Change::kUnknownContact);
  EXPECT_EQ(contacts(), "one ");
}

TEST_F(RegistrarTest, StarRemovesAllOfThisUser) {
  Subscriber other = test::make_user("b_priv@home1.example", "pw", {"<sip:family@home1.example>"});
  EXPECT_EQ(registrar.apply(update({contact("sip:one@192.0.2.1")})), Change::kDone);
  EXPECT_EQ(registrar.apply({.impi = other.impi,
                             .identities = other.identities,
                             .bind = {contact("sip:b@192.0.2.7")}}),
            Change::kDone);
  EXPECT_EQ(registrar.with(impu("sip:family@home1.example")).size(), 2U);
  auto star = update({});
  star.unbind_all = true;
  EXPECT_EQ(registrar.apply(star), Change::kDone);
  EXPECT_EQ(contacts(), "none");
  ASSERT_EQ(registrar.with(impu("sip:family@home1.example")).size(), 1U);
  EXPECT_EQ(registrar.with(impu("sip:family@home1.example"))[0]->impi, other.impi);
  star.cseq = ++cseq;
  EXPECT_EQ(registrar.apply(star), Change::kUnknownContact);
}

TEST_F(RegistrarTest, OlderRequestOfTheSameCallIsOutOfOrder) {
  cseq = 10;
  EXPECT_EQ(registrar.apply(update({contact("sip:one@192.0.2.1")})), Change::kDone);
  cseq = 10;  // the next is 11 again
  EXPECT_EQ(registrar.apply(update({contact("sip:one@192.0.2.1")})), Change::kOutOfOrder);
  cseq = 4;
  EXPECT_EQ(registrar.apply(update({}, {contact("sip:one@192.0.2.1")})), Change::kOutOfOrder);
  call_id = "c2";
  EXPECT_EQ(registrar.apply(update({contact("sip:one@192.0.2.1")})), Change::kDone)
      << "another call counts for itself";
}

TEST_F(RegistrarTest, ContactsAreLimited) {
  for (std::uint32_t id = 1; id <= 3; ++id) {
    EXPECT_EQ(registrar.apply(update({flow("sip:a@192.0.2.1", "I", id)})), Change::kDone);
  }
  EXPECT_EQ(registrar.apply(update({flow("sip:a@192.0.2.1", "I", 4)})), Change::kTooManyContacts);
  EXPECT_EQ(registrar.find(user.impi, 0)->contacts.size(), 3U);
}

TEST_F(RegistrarTest, RegistrationsAreLimitedButRefreshed) {
  EXPECT_EQ(registrar.apply(update({contact("sip:one@192.0.2.1")})), Change::kDone);
  auto second = update({contact("sip:two@192.0.2.1")});
  second.impi = {"b_priv@home1.example"};
  EXPECT_EQ(registrar.apply(second), Change::kDone);
  auto third = update({contact("sip:three@192.0.2.1")});
  third.impi = {"c_priv@home1.example"};
  EXPECT_EQ(registrar.apply(third), Change::kFull);
  EXPECT_EQ(registrar.apply(update({contact("sip:one@192.0.2.1")})), Change::kDone);
}

TEST_F(RegistrarTest, EachContactRunsOutOnItsOwn) {
  Contact brief = flow("sip:brief@192.0.2.1", "I", 1);
  brief.expires = kNow + seconds(60);
  EXPECT_EQ(registrar.apply(update({brief, flow("sip:long@192.0.2.2", "I", 2)})), Change::kDone);
  EXPECT_EQ(registrar.deadline(), kNow + seconds(60));
  EXPECT_EQ(registrar.expire(kNow + seconds(59)), 0U);
  EXPECT_EQ(registrar.expire(kNow + seconds(60)), 1U);
  EXPECT_EQ(contacts(), "long ");
  EXPECT_EQ(registrar.deadline(), kNow + seconds(3600));
  EXPECT_EQ(registrar.expire(kNow + seconds(4000)), 1U);
  EXPECT_EQ(registrar.size(), 0U);
}

TEST_F(RegistrarTest, SetsOfOneUserAreApart) {
  EXPECT_EQ(registrar.apply(update({contact("sip:one@192.0.2.1")})), Change::kDone);
  auto second = update({contact("sip:two@192.0.2.2")});
  second.set = 3;
  second.identities = {user.identities[1]};
  EXPECT_EQ(registrar.apply(second), Change::kDone);
  EXPECT_EQ(registrar.find(user.impi)->set, 0);
  ASSERT_NE(registrar.find(user.impi, 3), nullptr);
  EXPECT_EQ(registrar.find({"a_priv@home1.exampl"}), nullptr);
}

TEST_F(RegistrarTest, IdentitiesAreThoseOfTheLastRegister) {
  EXPECT_EQ(registrar.apply(update({contact("sip:one@192.0.2.1")})), Change::kDone);
  user.identities.pop_back();
  EXPECT_EQ(registrar.apply(update({contact("sip:one@192.0.2.1")})), Change::kDone);
  EXPECT_TRUE(registrar.with(impu("sip:family@home1.example")).empty());
  EXPECT_EQ(registrar.with(impu("sip:a@home1.example")).size(), 1U);
}

}  // namespace
}  // namespace sipward::scscf
