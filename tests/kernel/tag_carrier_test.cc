// SPDX-License-Identifier: Apache-2.0
// The gate's word reaches the socket (SO_RCVMARK), by both carriers, for both families.
#include <gtest/gtest.h>

#include <tuple>

#include "agent/dataplane/bindings.h"
#include "agent/dataplane/tag.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/net_lab.h"

namespace sipward::test {
namespace {

using dataplane::TagCarrier;
using Verdict = ims::Tag::Verdict;

constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";
constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";

struct Side {
  std::string_view gate;
  std::string_view ue;
};
constexpr Side kV4{kGate4, kPeer4};
constexpr Side kV6{kGate6, kPeer6};

class Carrier : public testing::TestWithParam<std::tuple<TagCarrier, bool>> {
 protected:
  Carrier() : side_(std::get<bool>(GetParam()) ? kV6 : kV4) {
    config_.pin_path = new_pin_path();
    config_.tag_carrier = std::get<TagCarrier>(GetParam());
    config_.group = "nogroup";
  }

  void attach() {
    const auto report = lab_.attach(config_);
    ASSERT_TRUE(report.ok()) << report.error();
    ASSERT_EQ(lab_.status(config_).interfaces.front().tag, config_.tag_carrier);
    auto bindings = dataplane::Bindings::open(config_.pin_path);
    ASSERT_TRUE(bindings.ok()) << bindings.error();
    bindings_ = std::move(*bindings);
  }
  void bind_ue() {
    ASSERT_EQ(bindings_->install(row({.ip = side_.ue, .binding = 0x123, .epoch = 0x45})),
              dataplane::InstallStatus::kInstalled);
  }
  std::optional<ims::Tag> tag_of_next() {
    const auto datagram = gate_.receive();
    return datagram ? dataplane::tag_of(datagram->mark) : std::nullopt;
  }
  void send(std::string_view payload) { ue_.send(payload, side_.gate, kSip); }

  Side side_;
  NetLab lab_;
  dataplane::GateConfig config_ = test_config();
  UdpPeer gate_{lab_.gate(), side_.gate, kSip};
  UdpPeer ue_{lab_.ue(), side_.ue, kUePort};
  std::optional<dataplane::Bindings> bindings_;
  const ims::Tag bound_{.verdict = Verdict::kBound, .binding = 0x123, .epoch = 0x45};
};

TEST_P(Carrier, BringsTheRowOfABoundUe) {
  attach();
  bind_ue();
  send(kMessage);
  EXPECT_EQ(tag_of_next(), bound_);
}

TEST_P(Carrier, BringsAdmittedOnAStrangersRegisterAndNothingElseComes) {
  attach();
  send(kMessage);
  send(kRegister);
  const auto datagram = gate_.receive();
  ASSERT_TRUE(datagram);
  EXPECT_EQ(datagram->payload, kRegister) << "the MESSAGE before it was dropped";
  EXPECT_EQ(dataplane::tag_of(datagram->mark), ims::Tag{.verdict = Verdict::kAdmitted});
}

TEST_P(Carrier, InMonitorModeBringsUnbound) {
  config_.mode = dataplane::Mode::kMonitor;
  attach();
  send(kMessage);
  EXPECT_EQ(tag_of_next(), ims::Tag{.verdict = Verdict::kUnbound});
}

TEST_P(Carrier, MarksAReassembledDatagramByItsFirstFragment) {
  attach();
  bind_ue();
  const std::string large(4'000, 'x');
  send(large);
  const auto datagram = gate_.receive();
  ASSERT_TRUE(datagram);
  EXPECT_EQ(datagram->payload, large);
  EXPECT_EQ(dataplane::tag_of(datagram->mark), bound_);
}

TEST_P(Carrier, LeavesTheMarkOfOtherPortsAlone) {
  attach();
  const UdpPeer other(lab_.gate(), side_.gate, 5070);
  ue_.send(kMessage, side_.gate, 5070);
  const auto datagram = other.receive();
  ASSERT_TRUE(datagram);
  EXPECT_EQ(datagram->mark, 0U);
}

TEST_P(Carrier, CanBeExchangedForTheOther) {
  attach();
  bind_ue();
  config_.tag_carrier =
      config_.tag_carrier == TagCarrier::kTcx ? TagCarrier::kClsact : TagCarrier::kTcx;
  attach();
  send(kMessage);
  EXPECT_EQ(tag_of_next(), bound_);
}

INSTANTIATE_TEST_SUITE_P(Each, Carrier,
                         testing::Combine(testing::Values(TagCarrier::kTcx, TagCarrier::kClsact),
                                          testing::Bool()),
                         [](const auto& one) {
                           return std::string(carrier_name(std::get<TagCarrier>(one.param))) +
                                  (std::get<bool>(one.param) ? "_IPv6" : "_IPv4");
                         });

}  // namespace
}  // namespace sipward::test
