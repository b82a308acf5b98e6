// SPDX-License-Identifier: Apache-2.0
#include "agent/ims/identity.h"

#include <gtest/gtest.h>

#include <set>
#include <unordered_set>

namespace sipward::ims {
namespace {

struct Same {
  const char* name;
  const char* a;
  const char* b;
};

// RFC 3261 10.3, TS 24.229 5.2.6.3.1: one canonical form, compared as text.
class SameImpu : public testing::TestWithParam<Same> {};
TEST_P(SameImpu, HasOneText) {
  const auto a = Impu::parse(GetParam().a);
  const auto b = Impu::parse(GetParam().b);
  ASSERT_TRUE(a && b);
  EXPECT_EQ(*a, *b);
}
INSTANTIATE_TEST_SUITE_P(
    Impu, SameImpu,
    testing::Values(
        Same{"host_case", "sip:alice@HOME1.Example", "sip:alice@home1.example"},
        Same{"scheme_case", "SIP:alice@home1.example", "sip:alice@home1.example"},
        Same{"unreserved_escapes", "sip:%61lice@home1.example", "sip:alice@home1.example"},
        Same{"parameters", "sip:alice@home1.example;foo=bar;lr", "sip:alice@home1.example"},
        Same{"headers", "sip:alice@home1.example?Subject=x", "sip:alice@home1.example"},
        Same{"password", "sip:alice:x@home1.example", "sip:alice@home1.example"},
        Same{"tel_separators", "tel:+1-555-1000", "tel:+15551000"},
        Same{"user_phone_is_tel", "sip:+15551000@home1.example;user=phone", "tel:+15551000"},
        Same{"user_phone_in_any_case", "sip:+1-555-1000@other.example;user=PHONE", "tel:+15551000"},
        Same{"user_phone_with_parameters", "sip:+15551000;ext=1-2@home1.example;user=phone",
             "tel:+15551000;EXT=12"},
        Same{"user_phone_of_a_name", "sip:alice@home1.example;user=phone",
             "sip:alice@home1.example"},
        Same{"local_number", "tel:70-42;phone-context=A.example",
             "tel:7042;phone-context=a.example"},
        Same{"global_context", "tel:7042;phone-context=+1-914", "tel:7042;phone-context=+1914"},
        Same{"order_of_tel_parameters", "tel:+1555;isub=7;ext=1", "tel:+1555;ext=1;isub=7"},
        Same{"other_tel_parameters", "tel:+15551000;npdi", "tel:+15551000"},
        Same{"reserved_escapes", "sip:a%3ab@home1.example", "sip:a%3Ab@home1.example"},
        Same{"ipv6_host_by_value", "sip:a@[2001:DB8:0::1]", "sip:a@[2001:db8::1]"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Impu, DifferentUsersHaveDifferentTexts) {
  std::set<std::string> texts;
  const std::vector<std::string> all = {"sip:alice@home1.example",
                                        "sip:ALICE@home1.example",
                                        "sip:alice@home2.example",
                                        "sip:alice@home1.example:5060",
                                        "sips:alice@home1.example",
                                        "tel:+15551000",
                                        "sip:+15551000@home1.example",
                                        "tel:+15551000;ext=1",
                                        "tel:7042;phone-context=a.example",
                                        "tel:7042;phone-context=b.example",
                                        "sip:a%40b@home1.example",
                                        "sip:7042@home1.example;user=phone",
                                        "tel:7042;phone-context=ab.example",
                                        "tel:7042;phone-context=a-b.example",
                                        "tel:+15551000;isub=1",
                                        "sip:a%3Bb@home1.example",
                                        "sip:a;b@home1.example"};
  for (const std::string& text : all) {
    const auto impu = Impu::parse(text);
    ASSERT_TRUE(impu) << text;
    EXPECT_TRUE(texts.insert(impu->text()).second) << text;
  }
}

TEST(Impu, CanonicalFormIsAFixedPoint) {
  for (const char* text :
       {"SIP:%61@B.example;x=y", "tel:+1(555)1000;ext=4", "sips:a@[::1]:5061",
        "tel:7042;phone-context=A.example", "sip:+1-555;ext=1-2@a.example;user=phone"}) {
    const auto once = Impu::parse(text);
    ASSERT_TRUE(once);
    EXPECT_EQ(Impu::parse(once->text()), once);
  }
}

TEST(Impu, OnlyUsersHaveOne) {
  for (const char* text : {"sip:home1.example", "mailto:a@b.example", "urn:service:sos", "alice",
                           "sip:alice%00@home1.example", "sip:%0d%0a@home1.example"}) {
    EXPECT_FALSE(Impu::parse(text)) << text;
  }
}

TEST(Identity, HashFollowsEquality) {
  const std::unordered_set<Impu> impus = {*Impu::parse("sip:alice@home1.example"),
                                          *Impu::parse("sip:%61lice@HOME1.example;x=y"),
                                          *Impu::parse("tel:+15551000")};
  EXPECT_EQ(impus.size(), 2U);
  const std::unordered_set<Impi> impis = {Impi{"a@home1.example"}, Impi{"a@home1.example"},
                                          Impi{"A@home1.example"}};
  EXPECT_EQ(impis.size(), 2U) << "a private identity is compared octet by octet";
}

}  // namespace
}  // namespace sipward::ims
