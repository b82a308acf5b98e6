// SPDX-License-Identifier: Apache-2.0
// Mistakes in the section [gate] and in its tables for single interfaces: what is said about them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "agent/ops/config.h"

namespace sipward::ops {
namespace {

constexpr std::string_view kBegin = R"([gate]
interfaces = ["eth1", "eth2.7"]
)";
constexpr std::string_view kEnd = R"([pcscf]
listen = ["udp:198.51.100.10:5060"]
name = "pcscf.home1.example"
visited_network = "home1.example"
upstream = "udp:10.0.0.2:5060"
core_listen = "udp:10.0.0.1:5060"
)";

/// The lines stand in [gate] from line 3 on.
sip::Result<Config, ConfigErrors> parse(std::string_view lines) {
  return parse_config(fmt::format("{}{}{}", kBegin, lines, kEnd), "t.toml");
}

/// Which names are missing in a list that is wrong itself cannot be told.
TEST(ConfigGate, OneWordAboutInterfacesThatAreWrong) {
  const std::string rest = fmt::format("[gate.interface.eth1]\nbogons = 1\n{}", kEnd);
  const std::string bogons =
      "t.toml:4:10: key 'gate.interface.eth1.bogons': expected true or false, got 1";
  const auto no_array = parse_config("[gate]\ninterfaces = \"eth1\"\n" + rest, "t.toml");
  ASSERT_FALSE(no_array.ok());
  EXPECT_EQ(no_array.error(),
            (ConfigErrors{"t.toml:2:14: key 'gate.interfaces': expected an array of strings, got "
                          "\"eth1\"",
                          bogons}));
  const auto entry = parse_config("[gate]\ninterfaces = [\"eth1/\"]\n" + rest, "t.toml");
  ASSERT_FALSE(entry.ok());
  EXPECT_EQ(entry.error(),
            (ConfigErrors{"t.toml:2:15: key 'gate.interfaces[0]': expected the name of a network "
                          "interface, got \"eth1/\"",
                          bogons}));
}

struct Mistake {
  std::string_view name;
  std::string_view lines;
  std::vector<std::string> expected;
};

class GateMistake : public testing::TestWithParam<Mistake> {};

TEST_P(GateMistake, NamesPlaceKeyAndWhatWasExpected) {
  const auto config = parse(GetParam().lines);
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error(), GetParam().expected);
}

const std::vector<Mistake> kMistakes{
    {"Fragments",
     "fragments = \"pass\"\n",
     {"t.toml:3:13: key 'gate.fragments': expected \"source\", \"track\" or \"drop\", got "
      "\"pass\""}},
    {"Suspect",
     "suspect = \"drop\"\n",
     {"t.toml:3:11: key 'gate.suspect': expected \"refuse\" or \"tag\", got \"drop\""}},
    {"FailMode",
     "fail_mode = true\n",
     {"t.toml:3:13: key 'gate.fail_mode': expected \"closed\", \"hold\" or \"open\", got true"}},
    {"ReversePath",
     "reverse_path = \"on\"\n",
     {"t.toml:3:16: key 'gate.reverse_path': expected \"off\", \"loose\" or \"strict\", got "
      "\"on\""}},
    {"AnchorField",
     "anchor = [\"interface\", \"ttl\"]\n",
     {"t.toml:3:24: key 'gate.anchor[1]': expected \"interface\", \"vlan\", \"mac\" or "
      "\"hop_limit\", got \"ttl\""}},
    {"AnchorFieldTwice",
     "anchor = [\"mac\", \"mac\"]\n",
     {"t.toml:3:18: key 'gate.anchor[1]': stands twice"}},
    {"AnchorThatIsNoArray",
     "anchor = \"mac\"\n",
     {"t.toml:3:10: key 'gate.anchor': expected an array of strings, got \"mac\""}},
    {"HopLimitTolerance",
     "hop_limit_tolerance = 256\n",
     {"t.toml:3:23: key 'gate.hop_limit_tolerance': expected an integer from 0 to 255, got 256"}},
    {"Bogons",
     "bogons = \"no\"\n",
     {"t.toml:3:10: key 'gate.bogons': expected true or false, got \"no\""}},
    {"PrefixWithHostBits",
     "allow = [\"10.0.0.1/8\"]\n",
     {"t.toml:3:10: key 'gate.allow[0]': expected ADDRESS/LENGTH without host bits, or an address, "
      "got \"10.0.0.1/8\""}},
    {"PrefixThatIsTooLong",
     "deny = [\"10.0.0.0/33\"]\n",
     {"t.toml:3:9: key 'gate.deny[0]': expected ADDRESS/LENGTH without host bits, or an address, "
      "got \"10.0.0.0/33\""}},
    {"PrefixTwiceInTwoSpellings",
     "deny = [\"10.0.0.1\", \"10.0.0.1/32\"]\n",
     {"t.toml:3:21: key 'gate.deny[1]': stands twice"}},
    {"PrefixAllowedAndDenied",
     "allow = [\"10.0.0.0/8\"]\ndeny = [\"10.9.0.0/16\", \"10.0.0.0/8\"]\n",
     {"t.toml:4:24: key 'gate.deny[1]': 10.0.0.0/8 stands in 'gate.allow', too: one of them is a "
      "mistake"}},
    {"PrefixDeniedHereAndAllowedByDefault",
     "allow = [\"10.0.0.0/8\"]\n[gate.interface.eth1]\ndeny = [\"10.0.0.0/8\"]\n",
     {"t.toml:5:9: key 'gate.interface.eth1.deny[0]': 10.0.0.0/8 stands in 'gate.allow', too: one "
      "of them is a mistake"}},
    {"PrefixAllowedHereAndDeniedByDefault",
     "deny = [\"10.0.0.0/8\"]\n[gate.interface.eth1]\nallow = [\"10.0.0.0/8\"]\n",
     {"t.toml:5:10: key 'gate.interface.eth1.allow[0]': 10.0.0.0/8 stands in 'gate.deny', too: one "
      "of them is a mistake"}},
    {"ContradictionThatIsInheritedIsToldOnce",
     "allow = [\"10.0.0.0/8\"]\ndeny = [\"10.0.0.0/8\"]\n[gate.interface.eth1]\nbogons = false\n",
     {"t.toml:4:9: key 'gate.deny[0]': 10.0.0.0/8 stands in 'gate.allow', too: one of them is a "
      "mistake"}},
    {"OneWordAboutAListWithMistakes",
     "allow = [\"10.0.0.0/8\"]\ndeny = [\"x\", \"10.9.0.0/16\", \"10.0.0.0/8\"]\n",
     {"t.toml:4:9: key 'gate.deny[0]': expected ADDRESS/LENGTH without host bits, or an address, "
      "got \"x\""}},
    {"GuardWithoutTransport",
     "guard = [\"198.51.100.10:5060\"]\n",
     {"t.toml:3:10: key 'gate.guard[0]': expected tcp:ADDRESS:PORT, tls:ADDRESS:PORT or "
      "udp:ADDRESS:PORT, got \"198.51.100.10:5060\""}},
    {"GuardOfAnotherTransport",
     "guard = [\"sctp:198.51.100.10:5060\"]\n",
     {"t.toml:3:10: key 'gate.guard[0]': expected tcp:ADDRESS:PORT, tls:ADDRESS:PORT or "
      "udp:ADDRESS:PORT, got \"sctp:198.51.100.10:5060\""}},
    {"GuardAtPortZero",
     "guard = [\"tcp:198.51.100.10:0\"]\n",
     {"t.toml:3:10: key 'gate.guard[0]': expected tcp:ADDRESS:PORT, tls:ADDRESS:PORT or "
      "udp:ADDRESS:PORT, got \"tcp:198.51.100.10:0\""}},
    {"GuardOfAWildcard",
     "guard = [\"tcp:0.0.0.0:5060\"]\n",
     {"t.toml:3:10: key 'gate.guard[0]': a wildcard address: a flow has a local end, and the gate "
      "guards addresses; name each address"}},
    {"GuardTwice",
     "guard = [\"tcp:192.0.2.1:5060\", \"tcp:192.0.2.1:5060\"]\n",
     {"t.toml:3:32: key 'gate.guard[1]': stands twice"}},
    {"GuardOfOurOwnListener",
     "guard = [\"udp:198.51.100.10:5060\"]\n",
     {"t.toml:3:10: key 'gate.guard[0]': stands at 'pcscf.listen[0]' already"}},
    {"TcpAndTlsAtOnePort",
     "guard = [\"tcp:192.0.2.1:5061\", \"tls:192.0.2.1:5061\"]\n",
     {"t.toml:3:32: key 'gate.guard[1]': stands at 'gate.guard[0]' already"}},
    {"TableOfAnotherInterface",
     "[gate.interface.eth3]\nbogons = false\n",
     {"t.toml:3:1: key 'gate.interface.eth3': no such interface in 'gate.interfaces'"}},
    {"TableOfANameWithAControlCharacter",
     "[gate.interface.\"\\u001b\"]\nbogons = false\n",
     {"t.toml:3:1: key 'gate.interface.\\x1b': no such interface in 'gate.interfaces'"}},
    {"DotWithoutQuotes",
     "[gate.interface.eth2.7]\nbogons = false\n",
     {"t.toml:3:1: key 'gate.interface.eth2': no such interface in 'gate.interfaces'",
      "t.toml:3:22: key 'gate.interface.eth2.7': unknown key"}},
    {"InterfaceThatIsAValue",
     "interface = \"eth1\"\n",
     {"t.toml:3:13: key 'gate.interface': expected a table for each name, got \"eth1\""}},
    {"TableThatIsAValue",
     "[gate.interface]\neth1 = 7\n",
     {"t.toml:4:1: key 'gate.interface.eth1': expected a table"}},
    {"UnknownKeyInATable",
     "[gate.interface.eth1]\nfailmode = \"open\"\n",
     {"t.toml:4:1: key 'gate.interface.eth1.failmode': unknown key; did you mean 'fail_mode'?"}},
    {"KeyOfTheWholeGateInATable",
     "[gate.interface.eth1]\nfragments = \"drop\"\n",
     {"t.toml:4:1: key 'gate.interface.eth1.fragments': unknown key"}},
    {"ValueInATable",
     "[gate.interface.eth1]\nfail_mode = \"shut\"\ndeny = [\"10.0.0.0/8\", \"x\"]\n",
     {"t.toml:4:13: key 'gate.interface.eth1.fail_mode': expected \"closed\", \"hold\" or "
      "\"open\", got \"shut\"",
      "t.toml:5:23: key 'gate.interface.eth1.deny[1]': expected ADDRESS/LENGTH without host bits, "
      "or an address, got \"x\""}},
    {"ValuesInATableOfANameWithADot",
     "[gate.interface.\"eth2.7\"]\nbogons = 1\nanchor = [\"mac\", \"mac\"]\n"
     "allow = [\"10.0.0.0/8\"]\ndeny = [\"10.0.0.0/8\"]\n",
     {"t.toml:4:10: key 'gate.interface.eth2.7.bogons': expected true or false, got 1",
      "t.toml:5:18: key 'gate.interface.eth2.7.anchor[1]': stands twice",
      "t.toml:7:9: key 'gate.interface.eth2.7.deny[0]': 10.0.0.0/8 stands in "
      "'gate.interface.eth2.7.allow', too: one of them is a mistake"}},
};

INSTANTIATE_TEST_SUITE_P(Rows, GateMistake, testing::ValuesIn(kMistakes),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace sipward::ops
