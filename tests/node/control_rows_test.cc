// SPDX-License-Identifier: Apache-2.0
#include "agent/node/control_rows.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agent/node/control_methods.h"
#include "tests/node/lab.h"

namespace sipward::node {
namespace {

using Json = nlohmann::json;

struct Desk {
  Desk() : methods(*lab.edge, ""), alice(lab, "alice", "127.0.0.2") {}

  Json call(const std::string& method, const Json& params) {
    return Json::parse(methods.answer(Json{{"method", method}, {"params", params}}.dump()));
  }
  Json release(const Json& params) { return call("address.release", params); }
  Json row() { return call("bindings.lookup", {{"address", "127.0.0.2"}})["result"]["rows"][0]; }

  Lab lab;
  ControlMethods methods;
  Phone alice;
};

TEST(ReleaseAddress, MakesItsRowsSuspect) {
  Desk desk;
  ASSERT_EQ(desk.alice.register_now(), 200);
  EXPECT_EQ(desk.row()["row"]["suspect"], false);
  EXPECT_EQ(desk.release({{"address", "127.0.0.2"}})["result"]["released"], 1);
  const Json row = desk.row();
  EXPECT_EQ(row["row"]["suspect"], true);
  EXPECT_EQ(row["kernel"]["suspect"], true);
  EXPECT_EQ(row["kernel_agrees"], true);
}

TEST(ReleaseAddress, PortAndUnknownAddress) {
  Desk desk;
  ASSERT_EQ(desk.alice.register_now(), 200);
  const std::uint16_t port = desk.alice.address().port;
  const std::uint16_t other = port == 9 ? 10 : 9;
  EXPECT_EQ(desk.release({{"address", "127.0.0.2"}, {"port", other}})["result"]["released"], 0);
  EXPECT_EQ(desk.release({{"address", "127.0.0.9"}})["result"]["released"], 0);
  EXPECT_EQ(desk.release({{"address", "127.0.0.2"}, {"port", port}})["result"]["released"], 1);
}

TEST(ReleaseAddress, RefusesWhatIsNoAddressOrPort) {
  Desk desk;
  for (const char* params :
       {R"({})", R"({"address": 7})", R"({"address": ""})", R"({"address": "127.0.0.2:5060"})",
        R"({"address": "host.example"})", R"({"address": "127.0.0.2; reboot"})"}) {
    EXPECT_EQ(desk.release(Json::parse(params))["error"], "address: not an IP address") << params;
  }
  for (const char* port : {"0", "65536", "-1", "\"5060\"", "1.5"}) {
    const Json params{{"address", "127.0.0.2"}, {"port", Json::parse(port)}};
    EXPECT_EQ(desk.release(params)["error"], "port: expected 1 to 65535") << port;
  }
}

TEST(ReleaseAddress, NeedsAPcscf) {
  Lab lab(Lab::Shape::kTwoNodes);
  const auto answer = release_address(*lab.home, {{"address", "127.0.0.2"}});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error(), "this node has no P-CSCF role");
}

TEST(ControlRows, TellAnchorAndKeepAlive) {
  Desk desk;
  desk.lab.map->tag = ims::Tag{.verdict = ims::Tag::Verdict::kAdmitted};
  desk.lab.map->notes = true;
  ASSERT_EQ(desk.alice.register_now(), 200);
  EXPECT_TRUE(desk.row()["row"]["anchor"].is_null()) << "lost, and no gate insists";
  desk.lab.map->noted = ims::Anchor{.slot = 1, .hop_limit = 64};
  ASSERT_EQ(desk.alice.register_now(), 200);
  const Json row = desk.row();
  EXPECT_EQ(row["row"]["anchor"], desk.lab.map->noted->text());
  EXPECT_EQ(row["kernel"]["anchor"], desk.lab.map->noted->text());
  EXPECT_EQ(row["row"]["keep_alive"], 0);
}

}  // namespace
}  // namespace sipward::node
