// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/subscriber.h"

#include <gtest/gtest.h>

#include "tests/scscf/role.h"

namespace sipward::scscf {
namespace {

ims::Impu impu(const char* text) { return *ims::Impu::parse(text); }

Subscriber two_sets() {
  Subscriber user = test::make_user("a_priv@home1.example", "pw",
                                    {"<sip:a@home1.example>", "<tel:+1555>",
                                     "<sip:a2@home1.example>", "<sip:hidden@home1.example>"});
  user.identities[0].is_default = false;
  user.identities[1].is_default = true;  // of set 0
  user.identities[2].set = 1;
  user.identities[2].is_default = true;
  user.identities[3].barred = true;
  return user;
}

TEST(Subscriber, FindsByCanonicalForm) {
  const Subscriber user = two_sets();
  ASSERT_NE(user.find(impu("sip:a@HOME1.example;foo=bar")), nullptr);
  EXPECT_NE(user.find(impu("tel:+1-555")), nullptr);
  EXPECT_EQ(user.find(impu("sip:A@home1.example")), nullptr) << "the user part is case-sensitive";
}

TEST(Subscriber, ImplicitSetHasItsDefaultFirst) {
  const Subscriber user = two_sets();
  std::string members;
  for (const auto* identity : user.implicit_set(impu("sip:a@home1.example"))) {
    members += identity->impu.text() + ' ';
  }
  EXPECT_EQ(members, "tel:+1555 sip:a@home1.example sip:hidden@home1.example ");
  EXPECT_EQ(user.implicit_set(impu("sip:a2@home1.example")).size(), 1U);
  EXPECT_TRUE(user.implicit_set(impu("sip:b@home1.example")).empty());
}

TEST(Subscriber, DefaultIsTheFirstSets) {
  Subscriber user = two_sets();
  EXPECT_EQ(user.default_identity()->impu, impu("tel:+1555"));
  user.identities[1].is_default = false;
  EXPECT_EQ(user.default_identity()->impu, impu("sip:a2@home1.example"));
  user.identities[2].barred = true;
  EXPECT_EQ(user.default_identity(), nullptr);
}

}  // namespace
}  // namespace sipward::scscf
