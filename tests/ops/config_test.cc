// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace sipward::ops {
namespace {

constexpr std::string_view kGate = R"([gate]
interfaces = ["eth1"]
)";
constexpr std::string_view kPcscf = R"([pcscf]
listen = ["udp:198.51.100.10:5060"]
name = "pcscf.home1.example"
visited_network = "home1.example"
)";
constexpr std::string_view kScscf = R"([scscf]
name = "scscf.home1.example"
domains = ["home1.example"]
realm = "home1.example"
subscribers = "/var/lib/sipward/subscribers.db"
)";
constexpr std::string_view kUpstream = R"(upstream = "udp:10.0.0.2:5060"
core_listen = "udp:10.0.0.1:5060"
)";

template <class... Parts>
std::string join(const Parts&... parts) {
  std::string text;
  ((text += parts), ...);
  return text;
}

std::string both_roles(std::string_view more = {}) { return join(kPcscf, kScscf, more); }

struct Mistake {
  std::string name;
  std::string text;
  std::vector<std::string> expected;
};

class ConfigMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ConfigMistake, NamesPlaceKeyAndWhatWasExpected) {
  const auto config = parse_config(GetParam().text, "t.toml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error(), GetParam().expected);
}

const std::vector<Mistake> kMistakes{
    {"NotToml",
     "[gate\n",
     {"t.toml:1:6: not TOML: Error while parsing table header: expected ']', saw '\\\\n'"}},
    {"NoRole", "", {"t.toml:1:1: no role: [pcscf], [scscf] or both are needed"}},
    {"UnknownSection",
     both_roles("[deamon]\n"),
     {"t.toml:10:2: key 'deamon': unknown; the sections are [gate], [pcscf], [scscf] and "
      "[daemon]"}},
    {"UnknownSectionWithAControlCharacter",
     both_roles("[\"\\u001b\"]\n"),
     {"t.toml:10:2: key '\\x1b': unknown; the sections are [gate], [pcscf], [scscf] and "
      "[daemon]"}},
    {"SectionThatIsAValue",
     join("gate = 7\n", both_roles()),
     {"t.toml:1:8: key 'gate': expected a section [gate]"}},
    {"UnknownKeyNearAKnownOne",
     both_roles("realms = \"x\"\n"),
     {"t.toml:10:1: key 'scscf.realms': unknown key; did you mean 'realm'?"}},
    {"UnknownKey",
     both_roles("tls_certificate = \"x\"\n"),
     {"t.toml:10:1: key 'scscf.tls_certificate': unknown key"}},
    {"WrongType",
     both_roles("[daemon]\nlog_rate = \"20\"\n"),
     {"t.toml:11:12: key 'daemon.log_rate': expected an integer from 1 to 100000, got \"20\""}},
    {"OutOfRange",
     both_roles("[daemon]\nlog_rate = 0\n"),
     {"t.toml:11:12: key 'daemon.log_rate': expected an integer from 1 to 100000, got 0"}},
    {"NegativeNumber",
     both_roles("nonce_lifetime = -1\n"),
     {"t.toml:10:18: key 'scscf.nonce_lifetime': expected an integer from 10 to 86400, got -1"}},
    {"NotABoolean",
     join(kGate, "emergency = 1\n", both_roles()),
     {"t.toml:3:13: key 'gate.emergency': expected true or false, got 1"}},
    {"NotAWord",
     join(kGate, "mode = \"drop\"\n", both_roles()),
     {"t.toml:3:8: key 'gate.mode': expected \"monitor\" or \"enforce\", got \"drop\""}},
    {"NotAnArray",
     join("[gate]\ninterfaces = \"eth1\"\n", both_roles()),
     {"t.toml:2:14: key 'gate.interfaces': expected an array of strings, got \"eth1\""}},
    {"NotAStringInAnArray",
     join("[gate]\ninterfaces = [\"eth1\", 2]\n", both_roles()),
     {"t.toml:2:23: key 'gate.interfaces[1]': expected the name of a network interface, got 2"}},
    {"GateWithoutInterfaces",
     join("[gate]\nmode = \"enforce\"\ninterfaces = []\n", both_roles()),
     {"t.toml:3:14: key 'gate.interfaces': required, but empty"}},
    {"InterfaceThatLeavesItsFolder",
     join("[gate]\ninterfaces = [\"../x\"]\n", both_roles()),
     {"t.toml:2:15: key 'gate.interfaces[0]': expected the name of a network interface, got "
      "\"../x\""}},
    {"InterfaceTwice",
     join("[gate]\ninterfaces = [\"eth1\", \"eth1\"]\n", both_roles()),
     {"t.toml:2:23: key 'gate.interfaces[1]': stands twice"}},
    {"GateWithNothingToGuard",
     join(kGate, kScscf, "listen = \"udp:10.0.0.2:5060\"\ntrusted_peers = [\"10.0.0.1\"]\n"),
     {"t.toml:1:1: key 'gate': guards the listeners of [pcscf], which is not there"}},
    {"ListenerOfAnotherTransport",
     join("[pcscf]\nlisten = [\"tcp:192.0.2.1:5060\"]\nname = \"p\"\nvisited_network = \"v\"\n",
          kScscf),
     {"t.toml:2:11: key 'pcscf.listen[0]': expected udp:ADDRESS:PORT, got "
      "\"tcp:192.0.2.1:5060\""}},
    {"ListenerWithoutPort",
     join("[pcscf]\nlisten = [\"udp:192.0.2.1\"]\nname = \"p\"\nvisited_network = \"v\"\n", kScscf),
     {"t.toml:2:11: key 'pcscf.listen[0]': expected udp:ADDRESS:PORT, got \"udp:192.0.2.1\""}},
    {"ListenerAtPortZero",
     join("[pcscf]\nlisten = [\"udp:192.0.2.1:0\"]\nname = \"p\"\nvisited_network = \"v\"\n",
          kScscf),
     {"t.toml:2:11: key 'pcscf.listen[0]': expected udp:ADDRESS:PORT, got \"udp:192.0.2.1:0\""}},
    {"WildcardListener",
     join("[pcscf]\nlisten = [\"udp:[::]:5060\"]\nname = \"p\"\nvisited_network = \"v\"\n", kScscf),
     {"t.toml:2:11: key 'pcscf.listen[0]': a wildcard address: a flow has a local end, and the "
      "gate guards addresses; name each address"}},
    {"ListenerOfBothRoles",
     both_roles("listen = \"udp:198.51.100.10:5060\"\n"),
     {"t.toml:10:10: key 'scscf.listen': stands at 'pcscf.listen[0]' already"}},
    {"NameWithAPort",
     join("[pcscf]\nlisten = [\"udp:192.0.2.1:5060\"]\nname = \"p:5060\"\nvisited_network = "
          "\"v\"\n",
          kScscf),
     {"t.toml:3:8: key 'pcscf.name': expected a host name or an address ([...] for IPv6) without "
      "port, got \"p:5060\""}},
    {"NameWithAControlCharacter",
     join("[pcscf]\nlisten = [\"udp:192.0.2.1:5060\"]\nname = \"p\\n\"\nvisited_network = \"v\"\n",
          kScscf),
     {"t.toml:3:8: key 'pcscf.name': expected a host name or an address ([...] for IPv6) without "
      "port, got \"p\\x0a\""}},
    {"RequiredKeys",
     join("[pcscf]\n", kUpstream),
     {"t.toml:1:1: key 'pcscf.listen': required, but not there",
      "t.toml:1:1: key 'pcscf.name': required, but not there",
      "t.toml:1:1: key 'pcscf.visited_network': required, but not there"}},
    {"PcscfAloneWithoutCore",
     std::string(kPcscf),
     {"t.toml:1:1: key 'pcscf.upstream': required without [scscf]",
      "t.toml:1:1: key 'pcscf.core_listen': required without [scscf]"}},
    {"PcscfWithTwoCores",
     join(kPcscf, kUpstream, "core_peers = [\"10.0.0.3\"]\n", kScscf),
     {"t.toml:5:12: key 'pcscf.upstream': [scscf] is in this file: the core is in this process",
      "t.toml:6:15: key 'pcscf.core_listen': [scscf] is in this file: the core is in this process",
      "t.toml:7:14: key 'pcscf.core_peers': [scscf] is in this file: the core is in this "
      "process"}},
    {"CoreOfAnotherFamily",
     join(kPcscf, "upstream = \"udp:[2001:db8::2]:5060\"\ncore_listen = \"udp:10.0.0.1:5060\"\n"),
     {"t.toml:5:12: key 'pcscf.upstream': not of the address family of 'pcscf.core_listen'"}},
    {"ScscfAlone",
     std::string(kScscf),
     {"t.toml:1:1: key 'scscf.listen': required without [pcscf]",
      "t.toml:1:1: key 'scscf.trusted_peers': required without [pcscf]: nobody could talk to us"}},
    {"NextHopWithoutSocket",
     both_roles("next_hop = \"udp:10.0.0.9:5060\"\n"),
     {"t.toml:10:12: key 'scscf.next_hop': needs 'scscf.listen'"}},
    {"TrustedPeersWithoutSocket",
     both_roles("trusted_peers = [\"10.0.0.1\"]\n"),
     {"t.toml:10:17: key 'scscf.trusted_peers': needs 'scscf.listen'"}},
    {"ExpiresInDisorder",
     both_roles("min_expires = 7200\ndefault_expires = 600\nmax_expires = 300\n"),
     {"t.toml:10:15: key 'scscf.min_expires': greater than 'default_expires'",
      "t.toml:11:19: key 'scscf.default_expires': greater than 'max_expires'"}},
    {"RolesOfOneName",
     join("[pcscf]\nlisten = [\"udp:192.0.2.1:5060\"]\nname = \"SCSCF.home1.example\"\n"
          "visited_network = \"v\"\n",
          kScscf),
     {"t.toml:6:8: key 'scscf.name': is also the P-CSCF's: a Route could not tell the roles "
      "apart"}},
    {"KeepAliveThatIsTooShort",
     join(kPcscf, "keep_alive = 9\n", kScscf),
     {"t.toml:5:14: key 'pcscf.keep_alive': expected 0 or an integer from 10 to 840, got 9"}},
    {"KeepAliveThatIsTooLong",
     join(kPcscf, "keep_alive = 841\n", kScscf),
     {"t.toml:5:14: key 'pcscf.keep_alive': expected 0 or an integer from 10 to 840, got 841"}},
    {"KeepAliveThatIsNegative",
     join(kPcscf, "keep_alive = -1\n", kScscf),
     {"t.toml:5:14: key 'pcscf.keep_alive': expected 0 or an integer from 10 to 840, got -1"}},
    {"RelativePath",
     both_roles("[daemon]\nstate = \"var/lib\"\n"),
     {"t.toml:11:9: key 'daemon.state': expected an absolute path without . or .., got "
      "\"var/lib\""}},
    {"PathWithDots",
     both_roles("[daemon]\nstate = \"/var/../etc\"\n"),
     {"t.toml:11:9: key 'daemon.state': expected an absolute path without . or .., got "
      "\"/var/../etc\""}},
    {"SocketPathTooLong",
     both_roles("[daemon]\ncontrol = \"/" + std::string(107, 'x') + "\"\n"),
     {"t.toml:11:11: key 'daemon.control': expected an absolute path of at most 107 octets, got "
      "\"/" +
      std::string(59, 'x') + "...\""}},
    {"OneWordAboutAValue",
     join(kPcscf, "upstream = \"10.0.0.2\"\ncore_listen = \"udp:10.0.0.1:5060\"\n"),
     {"t.toml:5:12: key 'pcscf.upstream': expected udp:ADDRESS:PORT, got \"10.0.0.2\""}},
    {"AllMistakesInTheOrderOfTheFile",
     join(both_roles(), "nonce = 1\n[daemon]\nuser = 1\n[gate]\nmode = 2\n"),
     {"t.toml:10:1: key 'scscf.nonce': unknown key",
      "t.toml:12:8: key 'daemon.user': expected the name of a system user, got 1",
      "t.toml:13:1: key 'gate.interfaces': required, but not there",
      "t.toml:14:8: key 'gate.mode': expected \"monitor\" or \"enforce\", got 2"}},
};

INSTANTIATE_TEST_SUITE_P(Rows, ConfigMistake, testing::ValuesIn(kMistakes),
                         [](const auto& row) { return row.param.name; });

TEST(Config, ShippedFileIsRight) {
  const auto config = load_config(SIPWARD_SOURCE_DIR "/systemd/sipward.toml");
  ASSERT_TRUE(config.ok()) << config.error().front();
  ASSERT_TRUE(config->gate && config->pcscf && config->scscf);
  EXPECT_EQ(config->gate->mode, GateConfig::Mode::kMonitor);
  EXPECT_EQ(config->gate->interfaces, std::vector<std::string>{"eth1"});
  EXPECT_EQ(config->pcscf->listen.front().text(), "198.51.100.10:5060");
  EXPECT_EQ(config->scscf->domains, std::vector<std::string>{"home1.example"});
}

/// The file's comments promise that what is commented out is the default.
TEST(Config, CommentedValuesOfTheShippedFileAreTheDefaults) {
  const auto left_out = parse_config(both_roles(), "t.toml");
  const auto written = parse_config(join(kPcscf, R"(ip_check = "auto"
nat_without_outbound = "421"
on_shared_ip = "alarm"
unbound_action = "discard"
route_mismatch = "replace"
keep_alive = 30
max_bindings_per_impi = 16
max_pending_registrations = 20000
)",
                                         kScscf, R"(proxy_auth = "if_present"
precedence_mismatch = "rewrite"
min_expires = 60
default_expires = 3600
max_expires = 7200
nonce_lifetime = 300
[daemon]
user = "sipward"
control = "/run/sipward/control.sock"
state = "/var/lib/sipward"
log_level = "info"
log_rate = 20
)"),
                                    "t.toml");
  ASSERT_TRUE(left_out.ok() && written.ok());
  EXPECT_EQ(left_out->pcscf->ip_check, written->pcscf->ip_check);
  EXPECT_EQ(left_out->pcscf->nat_without_outbound, written->pcscf->nat_without_outbound);
  EXPECT_EQ(left_out->pcscf->on_shared_ip, written->pcscf->on_shared_ip);
  EXPECT_EQ(left_out->pcscf->unbound_action, written->pcscf->unbound_action);
  EXPECT_EQ(left_out->pcscf->route_mismatch, written->pcscf->route_mismatch);
  EXPECT_EQ(left_out->pcscf->keep_alive, written->pcscf->keep_alive);
  EXPECT_EQ(left_out->pcscf->max_bindings_per_impi, written->pcscf->max_bindings_per_impi);
  EXPECT_EQ(left_out->pcscf->max_pending_registrations, written->pcscf->max_pending_registrations);
  EXPECT_EQ(left_out->scscf->proxy_auth, written->scscf->proxy_auth);
  EXPECT_EQ(left_out->scscf->precedence_mismatch, written->scscf->precedence_mismatch);
  EXPECT_EQ(left_out->scscf->max_expires, written->scscf->max_expires);
  EXPECT_EQ(left_out->scscf->nonce_lifetime, written->scscf->nonce_lifetime);
  EXPECT_EQ(left_out->daemon.user, written->daemon.user);
  EXPECT_EQ(left_out->daemon.control, written->daemon.control);
  EXPECT_EQ(left_out->daemon.state, written->daemon.state);
  EXPECT_EQ(left_out->daemon.log_level, written->daemon.log_level);
  EXPECT_EQ(left_out->daemon.log_rate, written->daemon.log_rate);
}

TEST(Config, ReadsWhatIsWritten) {
  const auto config = parse_config(join(R"([gate]
interfaces = ["eth1", "eth2.7"]
mode = "enforce"
tag_carrier = "clsact"
emergency = true
register_rate_per_source = 0
[pcscf]
listen = ["udp:192.0.2.1:5060", "udp:[2001:DB8::1]:5060"]
name = "[2001:db8::1]"
visited_network = "Home1.Example"
core_peers = ["10.0.0.3", "2001:db8::3"]
ip_check = "ip_port"
nat_without_outbound = "accept"
)",
                                        kUpstream),
                                   "t.toml");
  ASSERT_TRUE(config.ok()) << config.error().front();
  EXPECT_EQ(config->gate->mode, GateConfig::Mode::kEnforce);
  EXPECT_EQ(config->gate->tag_carrier, GateConfig::TagCarrier::kClsact);
  EXPECT_TRUE(config->gate->emergency);
  EXPECT_EQ(config->gate->register_rate_per_source, 0U);
  ASSERT_EQ(config->pcscf->listen.size(), 2U);
  EXPECT_EQ(config->pcscf->listen[1].text(), "[2001:db8::1]:5060");
  EXPECT_EQ(config->pcscf->visited_network, "home1.example") << "names are compared in lower case";
  EXPECT_EQ(config->pcscf->core_peers.size(), 2U);
  EXPECT_EQ(config->pcscf->ip_check, PcscfConfig::IpCheck::kIpPort);
  EXPECT_EQ(config->pcscf->nat_without_outbound, PcscfConfig::NatWithoutOutbound::kAccept);
  EXPECT_EQ(config->pcscf->upstream->text(), "10.0.0.2:5060");
  EXPECT_FALSE(config->scscf);
}

TEST(Config, NoGateSectionIsNoGate) {
  const auto config = parse_config(both_roles(), "t.toml");
  ASSERT_TRUE(config.ok());
  EXPECT_FALSE(config->gate);
  EXPECT_NE(describe(*config).find("gate: none"), std::string::npos);
}

TEST(Config, DescribesWhatTheGateWillDo) {
  const auto config = parse_config(join(kGate, R"(guard = ["tls:198.51.100.10:5061"]
fragments = "drop"
suspect = "tag"
anchor = ["interface", "vlan"]
[gate.interface.eth1]
fail_mode = "open"
reverse_path = "strict"
anchor = []
allow = ["10.0.0.0/8"]
bogons = false
)",
                                        both_roles()),
                                   "t.toml");
  ASSERT_TRUE(config.ok()) << config.error().front();
  const std::string text = describe(*config);
  EXPECT_EQ(text.substr(0, text.find("pcscf:")),
            R"(gate: monitor on eth1, pinned under /sys/fs/bpf/sipward
gate: also guards tls:198.51.100.10:5061
gate: fragments drop, suspect rows tag
gate: anchor interface, vlan; reverse path off; allow all, deny 0, refuse bogons; fail closed
gate: on eth1: anchor none; reverse path strict; allow 1, deny 0, admit bogons; fail open
)");
}

TEST(Config, KeepAliveMayBeNoneOrInItsRange) {
  for (const std::uint32_t good : {0U, 10U, 840U}) {
    const auto config =
        parse_config(join(kPcscf, "keep_alive = ", std::to_string(good), "\n", kScscf), "t.toml");
    ASSERT_TRUE(config.ok()) << config.error().front();
    EXPECT_EQ(config->pcscf->keep_alive, good);
  }
}

TEST(Config, TooManyListeners) {
  std::string listen = "[pcscf]\nlisten = [";
  for (std::size_t i = 0; i <= kMaxListeners; ++i) {
    listen += "\"udp:192.0.2.1:" + std::to_string(5060 + i) + "\", ";
  }
  listen += "]\nname = \"p\"\nvisited_network = \"v\"\n";
  const auto config = parse_config(join(listen, kScscf), "t.toml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error(), ConfigErrors{"t.toml:2:10: key 'pcscf.listen': 17 values, at most 16 "
                                         "are possible"});
}

TEST(Config, TellsTwentyMistakesAtMost) {
  std::string text = both_roles();
  for (int i = 0; i < 50; ++i) text += "unheard_of_" + std::to_string(i) + " = 1\n";
  const auto config = parse_config(text, "t.toml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().size(), kMaxConfigErrors);
  EXPECT_EQ(config.error().front(), "t.toml:10:1: key 'scscf.unheard_of_0': unknown key");
}

TEST(Config, RefusesAFileThatIsTooLong) {
  const auto config = parse_config(std::string(kMaxConfigLength + 1, '#'), "t.toml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error(), ConfigErrors{"t.toml: longer than 1 MiB"});
}

TEST(Config, FileThatCannotBeRead) {
  const auto missing = load_config("/nonexistent/sipward.toml");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error(),
            ConfigErrors{"/nonexistent/sipward.toml: cannot be read: No such file or directory"});
  const auto folder = load_config(std::filesystem::temp_directory_path().string());
  ASSERT_FALSE(folder.ok());
  EXPECT_NE(folder.error().front().find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace sipward::ops
