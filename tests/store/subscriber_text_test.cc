// SPDX-License-Identifier: Apache-2.0
#include "agent/store/subscriber_text.h"

#include <gtest/gtest.h>

#include "agent/store/subscriber_rules.h"

namespace sipward::store {
namespace {

TEST(Impi, IsAnNaiWithoutAmbiguity) {
  struct Row {
    const char* text;
    bool ok;
  };
  for (const Row& row :
       {Row{"alice_priv@home1.example", true}, Row{"001010000000001@ims.mnc001.example", true},
        Row{"", false}, Row{"alice", false}, Row{"@home1.example", false}, Row{"alice@", false},
        Row{"a@b@c", false}, Row{"a:b@home1.example", false}, Row{"a b@home1.example", false},
        Row{"a\"b@home1.example", false}, Row{"a\\b@home1.example", false},
        Row{"a\n@home1.example", false}, Row{"a,b@home1.example", false}}) {
    EXPECT_EQ(parse_impi(row.text).ok(), row.ok) << row.text;
  }
  EXPECT_FALSE(parse_impi(std::string(256, 'a') + "@b").ok());
}

TEST(Identity, IsAUriOrANameAddr) {
  struct Row {
    const char* text;
    const char* impu;  ///< nullptr: refused
  };
  for (const Row& row :
       {Row{"sip:alice@HOME1.example", "sip:alice@home1.example"},
        Row{"\"Alice\" <sip:alice@home1.example>", "sip:alice@home1.example"},
        Row{"<sip:+15551000@home1.example;user=phone>", "tel:+15551000"},
        Row{"tel:+1-555-1000", "tel:+15551000"}, Row{"alice@home1.example", nullptr},
        Row{"sip:home1.example", nullptr}, Row{"mailto:a@b", nullptr}, Row{"", nullptr},
        Row{"<sip:a@b>;tag=1", nullptr}, Row{"<sip:a@b?x=y>", nullptr}}) {
    const auto identity = parse_identity(row.text);
    ASSERT_EQ(identity.ok(), row.impu != nullptr) << row.text;
    if (identity.ok()) {
      EXPECT_EQ(identity->impu.text(), row.impu);
    }
  }
  EXPECT_EQ(parse_identity("\"Alice\" <sip:alice@home1.example>")->name.display_name, "Alice");
}

TEST(Algorithms, AreACommaList) {
  EXPECT_EQ(parse_algorithms("SHA-256,MD5")->size(), 2U);
  EXPECT_EQ(*parse_algorithms("sha-512-256"),
            std::vector<sip::DigestAlgorithm>{sip::DigestAlgorithm::kSha512_256});
  for (const char* text : {"", "MD5,", "MD5,MD5", "SHA-1", "MD5-sess", "MD5 ,SHA-256"}) {
    EXPECT_FALSE(parse_algorithms(text).ok()) << text;
  }
}

TEST(Password, HasNoLineEnd) {
  EXPECT_FALSE(check_password("alice-pw-1"));
  EXPECT_FALSE(check_password("pass word \xc3\xa9"));
  for (const std::string& text : {std::string(), std::string("pw\n"), std::string("pw\r"),
                                  std::string("p\0w", 3), std::string(256, 'x')}) {
    EXPECT_TRUE(check_password(text)) << text;
  }
}

TEST(NewSubscriber, ComputesTheSecretsOfTheWorkedExample) {
  const auto alice = make_subscriber({.impi = "alice_priv@home1.example",
                                      .password = "alice-pw-1",
                                      .identities = {"sip:alice@home1.example", "tel:+15551000"}});
  ASSERT_TRUE(alice.ok());
  EXPECT_EQ(alice->realm, "home1.example");
  EXPECT_EQ(alice->ha1.at(sip::DigestAlgorithm::kMd5), "e27eb9ccb2795bc81eb2cc2991e3c8b5");
  EXPECT_EQ(alice->ha1.at(sip::DigestAlgorithm::kSha256),
            "a45fc929c407a116a5656464a3b7caad4b9562133035855bb8dac2f3d1e3c6a9");
  EXPECT_EQ(alice->ha1.size(), 2U);
  ASSERT_EQ(alice->identities.size(), 2U);
  EXPECT_TRUE(alice->identities[0].is_default);
  EXPECT_FALSE(alice->identities[1].is_default);
  EXPECT_FALSE(check_subscriber(*alice));
}

TEST(NewSubscriber, HasAnIdentityAndARealmByDefault) {
  const auto bob = make_subscriber({.impi = "bob@home1.example",
                                    .realm = "realm.example",
                                    .password = "x",
                                    .algorithms = {sip::DigestAlgorithm::kMd5}});
  ASSERT_TRUE(bob.ok());
  EXPECT_EQ(bob->identities.at(0).impu.text(), "sip:bob@home1.example");
  EXPECT_EQ(bob->realm, "realm.example");
  EXPECT_EQ(bob->ha1.size(), 1U);
}

TEST(NewSubscriber, SaysWhatIsWrong) {
  struct Row {
    NewSubscriber typed;
    const char* word;
  };
  for (const Row& row :
       {Row{{.impi = "bob", .password = "x"}, "user@realm"},
        Row{{.impi = "bob@home1.example"}, "password"},
        Row{{.impi = "bob@home1.example", .password = "x", .identities = {"bob"}}, "'bob'"},
        Row{{.impi = "bob@home1.example", .realm = "a\"b", .password = "x"}, "realm"}}) {
    const auto made = make_subscriber(row.typed);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().code, Failure::Code::kInvalid);
    EXPECT_NE(made.error().text.find(row.word), std::string::npos) << made.error().text;
  }
}

TEST(Description, NeverShowsASecret) {
  auto alice =
      make_subscriber({.impi = "alice_priv@home1.example",
                       .password = "alice-pw-1",
                       .identities = {"\"Alice\" <sip:alice@home1.example>", "tel:+15551000"}});
  ASSERT_TRUE(alice.ok());
  alice->identities[1].barred = true;
  const std::string text = describe(*alice);
  EXPECT_EQ(text,
            "IMPI        alice_priv@home1.example\n"
            "realm       home1.example\n"
            "algorithms  SHA-256,MD5\n"
            "identity    \"Alice\" <sip:alice@home1.example>  set 0  default\n"
            "identity    <tel:+15551000>  set 0  barred\n");
  EXPECT_EQ(summarise(*alice),
            "alice_priv@home1.example  sip:alice@home1.example  2 identities  SHA-256,MD5");
  for (const auto& [algorithm, ha1] : alice->ha1) {
    EXPECT_EQ(text.find(ha1), std::string::npos);
  }
}

}  // namespace
}  // namespace sipward::store
