// SPDX-License-Identifier: Apache-2.0
#include "agent/node/role_config.h"

#include <gtest/gtest.h>

#include "agent/ims/internal.h"

namespace sipward::node {
namespace {

ops::Config both() {
  ops::Config config;
  config.pcscf = ops::PcscfConfig{.listen = {*sip::Endpoint::parse("192.0.2.1:5060")},
                                  .name = "pcscf.home1.example"};
  config.scscf = ops::ScscfConfig{.name = "scscf.home1.example", .domains = {"home1.example"}};
  return config;
}

struct Policy {
  const char* name;
  std::optional<ops::GateConfig::Mode> mode;
  ims::TagPolicy expected;
};
class TagPolicyOf : public testing::TestWithParam<Policy> {};

TEST_P(TagPolicyOf, FollowsTheGate) {
  ops::Config config = both();
  if (GetParam().mode) config.gate = ops::GateConfig{.mode = *GetParam().mode};
  EXPECT_EQ(make_pcscf_config(config).tag_policy, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, TagPolicyOf,
    testing::Values(Policy{"NoGate", std::nullopt, ims::TagPolicy::kAbsent},
                    Policy{"Monitor", ops::GateConfig::Mode::kMonitor, ims::TagPolicy::kAdvisory},
                    Policy{"Enforce", ops::GateConfig::Mode::kEnforce, ims::TagPolicy::kRequired}),
    [](const auto& row) { return row.param.name; });

TEST(RoleConfig, RolesOfOneProcessAreJoinedInside) {
  const ops::Config config = both();
  EXPECT_EQ(make_pcscf_config(config).core, ims::pcscf_to_scscf());
  EXPECT_EQ(make_scscf_config(config).embedded_pcscf, "pcscf.home1.example");
}

TEST(RoleConfig, APcscfAloneTalksToItsUpstream) {
  ops::Config config = both();
  config.scscf.reset();
  config.pcscf->core_listen = sip::Endpoint::parse("10.0.0.1:5060");
  config.pcscf->upstream = sip::Endpoint::parse("10.0.0.2:5060");
  const sip::Flow core = make_pcscf_config(config).core;
  EXPECT_EQ(core.transport, sip::Transport::kUdp);
  EXPECT_EQ(core.local.text(), "10.0.0.1:5060");
  EXPECT_EQ(core.remote.text(), "10.0.0.2:5060");
}

TEST(RoleConfig, AnScscfAloneHasNoEmbeddedPcscf) {
  ops::Config config = both();
  config.pcscf.reset();
  config.scscf->listen = sip::Endpoint::parse("10.0.0.2:5060");
  const scscf::Config made = make_scscf_config(config);
  EXPECT_FALSE(made.embedded_pcscf);
  EXPECT_EQ(made.local.text(), "10.0.0.2:5060");
}

TEST(RoleConfig, EveryChoiceReachesItsRole) {
  ops::Config config = both();
  using P = ops::PcscfConfig;
  using S = ops::ScscfConfig;
  config.pcscf->ip_check = P::IpCheck::kIpPort;
  config.pcscf->nat_without_outbound = P::NatWithoutOutbound::kAccept;
  config.pcscf->on_shared_ip = P::OnSharedIp::kRefuse;
  config.pcscf->unbound_action = P::UnboundAction::kForbid;
  config.pcscf->route_mismatch = P::RouteMismatch::kReject;
  config.pcscf->max_bindings_per_impi = 3;
  config.pcscf->max_pending_registrations = 4;
  config.scscf->proxy_auth = S::ProxyAuth::kInitial;
  config.scscf->precedence_mismatch = S::PrecedenceMismatch::kReject;
  config.scscf->nonce_lifetime = 30;
  const pcscf::Config p = make_pcscf_config(config);
  const scscf::Config s = make_scscf_config(config);
  EXPECT_EQ(p.ip_check, pcscf::IpCheck::kIpPort);
  EXPECT_EQ(p.nat_without_outbound, pcscf::NatWithoutOutbound::kAccept);
  EXPECT_EQ(p.on_shared_ip, pcscf::OnSharedIp::kRefuse);
  EXPECT_EQ(p.unbound_action, pcscf::UnboundAction::kForbid);
  EXPECT_EQ(p.route_mismatch, pcscf::RouteMismatch::kReject);
  EXPECT_EQ(p.max_bindings_per_impi, 3U);
  EXPECT_EQ(p.max_pending_registrations, 4U);
  EXPECT_EQ(s.proxy_auth, scscf::ProxyAuth::kInitial);
  EXPECT_EQ(s.precedence_mismatch, scscf::PrecedenceMismatch::kReject);
  EXPECT_EQ(s.nonce_lifetime, std::chrono::seconds(30));
}

}  // namespace
}  // namespace sipward::node
