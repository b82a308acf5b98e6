// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/flag.h"

#include <gtest/gtest.h>

namespace sipward::pcscf {
namespace {

// TS 24.229 5.2.2.3, 7.2A.2
TEST(DecideFlag, NeedsTheRowAndItsUser) {
  const ims::Impi alice{"alice_priv@home1.example"};
  const ims::Impi bob{"bob_priv@home1.example"};
  const ims::Impi nearly{"Alice_priv@home1.example"};
  const struct {
    const char* name;
    const char* response;
    const ims::Impi* bound_to;
    Flag flag;
  } rows[] = {
      {"no row, no answer", "", nullptr, Flag::kNone},
      {"no row, an answer", "00", nullptr, Flag::kIpAssocPending},
      {"own row, no answer", "", &alice, Flag::kIpAssocYes},
      {"own row, an answer", "00", &alice, Flag::kIpAssocYes},
      {"another's row, no answer", "", &bob, Flag::kNone},
      {"another's row, an answer", "00", &bob, Flag::kIpAssocPending},
      {"private identities are compared octet by octet", "", &nearly, Flag::kNone},
  };
  for (const auto& row : rows) {
    sip::Credentials credentials;
    credentials.username = alice.text;
    credentials.response = row.response;
    EXPECT_EQ(decide_flag(credentials, row.bound_to), row.flag) << row.name;
  }
}

// TS 33.203 P.4.2: "no" would select AKA.
TEST(FlagText, KnowsNoNo) {
  EXPECT_EQ(flag_text(Flag::kNone), "");
  EXPECT_EQ(flag_text(Flag::kIpAssocPending), "ip-assoc-pending");
  EXPECT_EQ(flag_text(Flag::kIpAssocYes), "ip-assoc-yes");
}

}  // namespace
}  // namespace sipward::pcscf
