// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/grant.h"

#include <gtest/gtest.h>

#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf {
namespace {

using namespace std::chrono_literals;

sip::Message ok(const std::vector<std::string>& lines) {
  sip::Message message = sip::Message::response(200);
  test::add_lines(message, {"To: \"A\" <sip:alice@h.example;x=y>;tag=t"});
  test::add_lines(message, lines);
  return message;
}

Registrant asks(const std::vector<std::string>& contacts, bool removes = false) {
  Registrant registrant{.impi = {"alice"}, .aor = *ims::Impu::parse("sip:alice@h.example")};
  for (const auto& text : contacts) registrant.contacts.push_back(*sip::parse_name_addr(text));
  registrant.removes = removes;
  return registrant;
}

// RFC 3261 10.2.4, TS 24.229 5.2.2.1: the response says for how long.
TEST(ReadGrant, LifetimeIsTheResponses) {
  const struct {
    const char* name;
    std::vector<std::string> lines;
    std::chrono::seconds lifetime;
  } rows[] = {
      {"parameter", {"Contact: <sip:a@x>;expires=60"}, 60s},
      {"parameter before header", {"Contact: <sip:a@x>;expires=60", "Expires: 90"}, 60s},
      {"header", {"Contact: <sip:a@x>", "Expires: 90"}, 90s},
      {"neither", {"Contact: <sip:a@x>"}, 0s},
      {"not listed", {"Contact: <sip:b@x>;expires=60"}, 0s},
      {"listed with zero", {"Contact: <sip:a@x>;expires=0"}, 0s},
      {"among others", {"Contact: <sip:b@x>;expires=9", "Contact: <sip:a@x>;expires=60"}, 60s},
      {"no contact at all", {"Expires: 60"}, 0s},
      {"as long as 32 bits allow", {"Contact: <sip:a@x>;expires=4294967295"}, 4294967295s},
      {"not a number", {"Contact: <sip:a@x>;expires=4294967296"}, 0s},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(read_grant(ok(row.lines), asks({"<sip:a@x>"}), 8).lifetime, row.lifetime) << row.name;
  }
  EXPECT_EQ(
      read_grant(ok({"Contact: <sip:a@x>;expires=60"}), asks({"<sip:a@x>"}, true), 8).lifetime, 0s)
      << "a removal refreshes nothing";
}

TEST(ReadGrant, ListsWhatIsStillRegistered) {
  const Grant grant =
      read_grant(ok({"Contact: <sip:a@x>;expires=0", "Contact: <sip:b@x>;expires=60"}),
                 asks({"<sip:a@x>"}), 8);
  ASSERT_EQ(grant.contacts.size(), 1U);
  EXPECT_EQ(grant.contacts[0].uri.user, "b");
}

TEST(ReadGrant, OfSeveralContactsTheLongestStands) {
  const Grant grant =
      read_grant(ok({"Contact: <sip:a@x>;expires=60", "Contact: <sip:b@x>;expires=90"}),
                 asks({"<sip:a@x>", "<sip:b@x>"}), 8);
  EXPECT_EQ(grant.lifetime, 90s);
  EXPECT_EQ(grant.contact.uri.user, "b");
}

// RFC 7315 5.1: the header is always there where it is known, also with nothing in it.
TEST(ReadGrant, IdentitiesComeFromPAssociatedUri) {
  const struct {
    const char* name;
    std::vector<std::string> lines;
    std::vector<std::string> identities;
  } rows[] = {
      {"in order, with display names",
       {"P-Associated-URI: \"Alice\" <sip:alice@h.example>;p=q", "P-Associated-URI: <tel:+1>"},
       {"\"Alice\" <sip:alice@h.example>", "<tel:+1>"}},
      {"absent: the To", {}, {"<sip:alice@h.example;x=y>"}},
      {"empty: none", {"P-Associated-URI: "}, {}},
      {"what names no user is left out",
       {"P-Associated-URI: <urn:service:sos>", "P-Associated-URI: <tel:+1>"},
       {"<tel:+1>"}},
      {"bounded",
       {"P-Associated-URI: <tel:+1>", "P-Associated-URI: <tel:+2>", "P-Associated-URI: <tel:+3>"},
       {"<tel:+1>", "<tel:+2>"}},
  };
  for (const auto& row : rows) {
    std::vector<std::string> identities;
    for (const auto& identity : read_grant(ok(row.lines), asks({}), 2).identities) {
      identities.push_back(identity.asserted.text());
    }
    EXPECT_EQ(identities, row.identities) << row.name;
  }
}

TEST(ReadGrant, OutboundAndServiceRoute) {
  const Grant grant = read_grant(
      ok({"Require: outbound", "Service-Route: <sip:s1@h;lr>", "Service-Route: <sip:s2@h;lr>"}),
      asks({}), 8);
  EXPECT_TRUE(grant.outbound);
  ASSERT_EQ(grant.service_route.size(), 2U);
  EXPECT_EQ(grant.service_route[1].uri.user, "s2");
  EXPECT_FALSE(read_grant(ok({"Supported: outbound"}), asks({}), 8).outbound);
}

}  // namespace
}  // namespace sipward::pcscf
