// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/proxy_checks.h"

#include <gtest/gtest.h>

#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf {
namespace {

// RFC 3261 16.3
TEST(CheckRelayable, SchemesAndExtensions) {
  const struct {
    const char* uri;
    std::vector<std::string> lines;
    int status;
    const char* unsupported;
  } rows[] = {
      {"sip:a@b", {}, 0, ""},
      {"sips:a@b", {}, 0, ""},
      {"tel:+1", {}, 0, ""},
      {"urn:service:sos", {}, 0, ""},
      {"mailto:a@b", {}, 416, ""},
      {"sip:a@b", {"Require: teleport"}, 0, ""},
      {"sip:a@b", {"Proxy-Require: Privacy", "Proxy-Require: sec-agree"}, 0, ""},
      {"sip:a@b", {"Proxy-Require: "}, 0, ""},
      {"sip:a@b",
       {"Proxy-Require: foo", "Proxy-Require: privacy", "Proxy-Require: bar"},
       420,
       "foo, bar"},
  };
  for (const auto& row : rows) {
    sip::Message message = sip::Message::request("FOO", *sip::parse_uri(row.uri));
    test::add_lines(message, row.lines);
    const auto refusal = check_relayable(message);
    EXPECT_EQ(refusal ? refusal->status : 0, row.status) << row.uri;
    EXPECT_EQ(refusal ? refusal->value : "", row.unsupported);
  }
}

}  // namespace
}  // namespace sipward::pcscf
