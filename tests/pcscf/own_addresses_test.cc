// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/own_addresses.h"

#include <gtest/gtest.h>

#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf {
namespace {

Config config(const std::string& name, const std::string& core = "10.0.0.1:5070") {
  Config made;
  made.name = name;
  made.core.local = test::endpoint(core);
  made.listeners = {test::endpoint("198.51.100.10:5060"), test::endpoint("[2001:db8::10]:5080")};
  return made;
}

TEST(OwnAddresses, Includes) {
  const OwnAddresses own(config("pcscf1.home1.example"));
  const struct {
    const char* uri;
    bool ours;
  } rows[] = {
      {"sip:PCSCF1.home1.example;lr", true},
      {"sip:token@pcscf1.home1.example:5070;lr", true},
      {"sip:198.51.100.10;lr", true},
      {"sip:198.51.100.10:5061;lr", false},
      {"sip:[2001:DB8:0::10]:5080;lr", true},
      {"sip:[2001:db8::10];lr", false},
      {"sip:10.0.0.1:5070;lr", true},
      {"sip:pcscf2.home1.example;lr", false},
      {"sip:pcscf1.home1.example.evil.invalid;lr", false},
      {"tel:+15551000", false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(own.includes(*sip::parse_uri(row.uri)), row.ours) << row.uri;
}

TEST(OwnAddresses, UrisThatTheCoreAndTheUeSee) {
  const OwnAddresses own(config("pcscf1.home1.example"));
  EXPECT_EQ(own.core_host(), "pcscf1.home1.example:5070");
  EXPECT_EQ(own.core_uri("T", true).text(), "<sip:T@pcscf1.home1.example:5070;lr;ob>");
  EXPECT_EQ(OwnAddresses::access_uri("T", test::endpoint("[2001:db8::10]:5080")).text(),
            "<sip:T@[2001:db8::10]:5080;lr>");

  const OwnAddresses plain(config("pcscf1.home1.example", "10.0.0.1:5060"));
  EXPECT_EQ(plain.core_uri("T").text(), "<sip:T@pcscf1.home1.example;lr>");

  const OwnAddresses literal(config("2001:db8::1", "[2001:db8::1]:5060"));
  EXPECT_EQ(literal.core_host(), "[2001:db8::1]");
  EXPECT_TRUE(literal.includes(literal.core_uri("T").uri));
}

TEST(OwnAddresses, InOneProcessThereIsNoPort) {
  Config embedded = config("pcscf1.home1.example");
  embedded.core.transport = sip::Transport::kInternal;
  EXPECT_EQ(OwnAddresses(embedded).core_host(), "pcscf1.home1.example");
}

}  // namespace
}  // namespace sipward::pcscf
