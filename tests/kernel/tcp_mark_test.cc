// SPDX-License-Identifier: Apache-2.0
// The tag of a SYN reaches the accepted socket (net.ipv4.tcp_fwmark_accept, SO_MARK), behind a gate
// on a real interface.
#include <gtest/gtest.h>

#include "agent/dataplane/admissions.h"
#include "agent/dataplane/tag.h"
#include "tests/kernel/lab.h"
#include "tests/kernel/net_lab.h"
#include "tests/kernel/tcp_socket.h"

namespace sipward::test {
namespace {

using dataplane::TagCarrier;
using Verdict = ims::Tag::Verdict;

constexpr std::string_view kRegister = "REGISTER sip:home1.example SIP/2.0\r\n";

class TcpMark : public testing::TestWithParam<std::tuple<TagCarrier, bool>> {
 protected:
  TcpMark() {
    config_.pin_path = new_pin_path();
    config_.group = "nogroup";
    config_.tag_carrier = std::get<TagCarrier>(GetParam());
    for (int i = 0; i < 2; ++i) {
      config_.listeners.push_back(
          {.local = config_.listeners[i].local, .transport = sip::Transport::kTcp});
    }
    lab_.gate().shell("echo 1 > /proc/sys/net/ipv4/tcp_fwmark_accept");
    const auto report = lab_.attach(config_);
    if (!report) throw std::runtime_error(report.error());
  }
  [[nodiscard]] TcpSocket connect() const {
    return TcpSocket::connect(lab_.ue(), {ue_, kUePort, gate_, kSip});
  }

  const bool v6_ = std::get<bool>(GetParam());
  const std::string_view gate_ = v6_ ? kGate6 : kGate4;
  const std::string_view ue_ = v6_ ? kPeer6 : kPeer4;
  NetLab lab_;
  dataplane::GateConfig config_ = test_config();
  TcpSocket listener_ = TcpSocket::listen(lab_.gate(), gate_, kSip);
};

TEST_P(TcpMark, OfAStrangersSynTellsWhereItEntered) {
  const TcpSocket client = connect();
  const TcpSocket server = listener_.accept();
  const auto tag = dataplane::tag_of(server.mark());
  ASSERT_TRUE(tag);
  EXPECT_EQ(tag->verdict, Verdict::kAdmitted);
  const auto admissions = dataplane::Admissions::open(config_.pin_path);
  ASSERT_TRUE(admissions.ok()) << admissions.error();
  const auto entered = admissions->find(
      tag->seat, {.transport = sip::Transport::kTcp,
                  .local = {},
                  .remote = {.ip = sip::IpAddress::parse(ue_).value(), .port = kUePort}});
  ASSERT_TRUE(entered);
  EXPECT_EQ(entered->mac, mac_of(lab_.ue(), "sw1"));
  EXPECT_EQ(entered->hop_limit, 64);

  client.send(kRegister);
  EXPECT_EQ(server.receive(), kRegister) << "segments of the connection pass";
  server.send("SIP/2.0 401 Unauthorized\r\n");
  EXPECT_EQ(client.receive(), "SIP/2.0 401 Unauthorized\r\n");
}

TEST_P(TcpMark, OfAWildcardRowsSynNamesTheRow) {
  auto bindings = dataplane::Bindings::open(config_.pin_path);
  ASSERT_TRUE(bindings.ok()) << bindings.error();
  ASSERT_EQ(bindings->install(row({.ip = ue_, .port = 0, .binding = 0x123, .epoch = 0x45})),
            dataplane::InstallStatus::kInstalled);
  const TcpSocket client = connect();
  const TcpSocket server = listener_.accept();
  EXPECT_EQ(dataplane::tag_of(server.mark()),
            (ims::Tag{.verdict = Verdict::kBound, .binding = 0x123, .epoch = 0x45}));
}

TEST_P(TcpMark, AConnectionThatIsThereSurvivesItsRowsEnd) {
  const TcpSocket client = connect();
  const TcpSocket server = listener_.accept();
  auto bindings = dataplane::Bindings::open(config_.pin_path);
  ASSERT_TRUE(bindings.ok()) << bindings.error();
  const auto own = row({.ip = ue_, .transport = sip::Transport::kTcp});
  ASSERT_EQ(bindings->install(own), dataplane::InstallStatus::kInstalled);
  client.send("bound");
  EXPECT_EQ(server.receive(), "bound");
  ASSERT_TRUE(bindings->withdraw(own.key));
  client.send("a flow");
  EXPECT_EQ(server.receive(), "a flow") << "user space closes it, the gate does not";
}

TEST_P(TcpMark, WithoutBudgetNobodyConnects) {
  config_.syn_budget = {.per_source = 0, .total = 0};
  config_.known_total = 0;
  ASSERT_TRUE(lab_.attach(config_).ok());
  EXPECT_THROW(connect(), std::runtime_error);
}

INSTANTIATE_TEST_SUITE_P(Each, TcpMark,
                         testing::Combine(testing::Values(TagCarrier::kTcx, TagCarrier::kClsact),
                                          testing::Bool()),
                         [](const auto& one) {
                           return std::string(carrier_name(std::get<TagCarrier>(one.param))) +
                                  (std::get<bool>(one.param) ? "_IPv6" : "_IPv4");
                         });

}  // namespace
}  // namespace sipward::test
