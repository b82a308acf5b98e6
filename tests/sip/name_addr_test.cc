// SPDX-License-Identifier: Apache-2.0
#include "sip/name_addr.h"

#include <gtest/gtest.h>

namespace sipward::sip {
namespace {

struct Row {
  const char* name;
  std::string text;
  const char* display_name;
  const char* uri;
  const char* params;
};
std::string row_name(const testing::TestParamInfo<Row>& info) { return info.param.name; }

class GoodNameAddr : public testing::TestWithParam<Row> {};
TEST_P(GoodNameAddr, IsRead) {
  const auto read = parse_name_addr(GetParam().text);
  ASSERT_TRUE(read.ok()) << describe(read.error());
  EXPECT_EQ(read->display_name, GetParam().display_name);
  EXPECT_EQ(read->uri.text(), GetParam().uri);
  std::string params;
  append_params(params, read->params);
  EXPECT_EQ(params, GetParam().params);
  const auto again = parse_name_addr(read->text());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->text(), read->text()) << "written canonically, it reads the same";
}
INSTANTIATE_TEST_SUITE_P(
    NameAddr, GoodNameAddr,
    testing::Values(Row{"plain", "<sip:a@b.example>", "", "sip:a@b.example", ""},
                    Row{"token_display_name", "Mr Watson <sip:a@b.example>;tag=1", "Mr Watson",
                        "sip:a@b.example", ";tag=1"},
                    Row{"quoted_display_name", "\"A \\\"B\\\" C\" <sip:a@b.example>", "A \"B\" C",
                        "sip:a@b.example", ""},
                    Row{"bracket_inside_quotes", "\"<sip:x@y.example>\" <sip:a@b.example>",
                        "<sip:x@y.example>", "sip:a@b.example", ""},
                    Row{"no_space_before_bracket", "caller<sip:a@b.example>", "caller",
                        "sip:a@b.example", ""},
                    Row{"addr_spec_parameters_are_the_headers", "sip:a@b.example;tag=1", "",
                        "sip:a@b.example", ";tag=1"},
                    Row{"uri_parameters_stay_inside", "<sip:a@b.example;lr>;tag=1", "",
                        "sip:a@b.example;lr", ";tag=1"},
                    Row{"comma_in_user_part_inside_brackets", "<sip:a,b@c.example>", "",
                        "sip:a,b@c.example", ""},
                    Row{"utf8_display_name", "\"J\xc3\xa9r\xc3\xb4me\" <sip:a@b.example>",
                        "J\xc3\xa9r\xc3\xb4me", "sip:a@b.example", ""},
                    Row{"tel", "<tel:+15551000>", "", "tel:+15551000", ""},
                    Row{"empty_display_name", "\"\" <sip:a@b.example>", "", "sip:a@b.example", ""},
                    Row{"surrounding_white_space", " \t<sip:a@b.example> ; tag = 1 ", "",
                        "sip:a@b.example", ";tag=1"},
                    // RFC 4475 3.1.1.2.
                    Row{"escaped_control_octet", "\"BEL:\\\x07\" <sip:a@b.example>", "BEL:\x07",
                        "sip:a@b.example", ""}),
    row_name);

struct Bad {
  const char* name;
  std::string text;
  NameAddrError error;
};
class BadNameAddr : public testing::TestWithParam<Bad> {};
TEST_P(BadNameAddr, IsRefused) {
  const auto read = parse_name_addr(GetParam().text);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error(), GetParam().error) << describe(read.error());
}
INSTANTIATE_TEST_SUITE_P(
    NameAddr, BadNameAddr,
    testing::Values(
        Bad{"empty", " ", NameAddrError::kEmpty},
        Bad{"unterminated_quote", "\"Alice <sip:a@b.example>", NameAddrError::kBadDisplayName},
        Bad{"quote_that_escapes_its_end", "\"Alice\\\" <sip:a@b.example>",
            NameAddrError::kBadDisplayName},
        Bad{"unclosed_bracket", "<sip:a@b.example", NameAddrError::kUnclosed},
        Bad{"quoted_name_without_brackets", "\"Alice\" sip:a@b.example",
            NameAddrError::kBadDisplayName},
        Bad{"unquoted_comma", "Bell, Alexander <sip:a@b.example>", NameAddrError::kBadDisplayName},
        Bad{"two_addresses", "<sip:a@b.example>, <sip:c@d.example>", NameAddrError::kBadParams},
        Bad{"two_addr_specs", "sip:a@b.example,sip:c@d.example", NameAddrError::kBadUri},
        Bad{"question_mark_without_brackets", "sip:a@b.example?x=y", NameAddrError::kBadUri},
        Bad{"space_in_brackets", "< sip:a@b.example>", NameAddrError::kBadUri},
        Bad{"nested_brackets", "<<sip:a@b.example>>", NameAddrError::kBadUri},
        Bad{"trailing_text", "<sip:a@b.example> tag", NameAddrError::kBadParams},
        Bad{"parameter_twice", "<sip:a@b.example>;tag=1;tag=2", NameAddrError::kBadParams},
        Bad{"control_octet_in_quotes", "\"A\x01\" <sip:a@b.example>",
            NameAddrError::kBadDisplayName},
        Bad{"no_utf8_in_quotes", "\"\xff\" <sip:a@b.example>", NameAddrError::kBadDisplayName},
        Bad{"utf8_without_quotes", "J\xc3\xa9r <sip:a@b.example>", NameAddrError::kBadDisplayName},
        Bad{"nul_in_uri", std::string("<sip:a\0@b.example>", 18), NameAddrError::kBadUri},
        Bad{"no_uri", "<>", NameAddrError::kBadUri},
        Bad{"local_number_whose_context_is_the_headers", "tel:7042;phone-context=a.example",
            NameAddrError::kBadUri}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace sipward::sip
