// SPDX-License-Identifier: Apache-2.0
#include "agent/node/control_methods.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/node/lab.h"

namespace sipward::node {
namespace {

using Json = nlohmann::json;

struct Desk {
  Desk() : methods(*lab.edge, "the configuration\n"), alice(lab, "alice", "127.0.0.2") {}

  Json call(const std::string& method, const Json& params = Json::object()) {
    const Json request{{"method", method}, {"params", params}};
    return Json::parse(methods.answer(request.dump()));
  }

  Lab lab;
  ControlMethods methods;
  Phone alice;
};

TEST(ControlMethods, StatusOfANode) {
  Desk desk;
  ASSERT_EQ(desk.alice.register_now(), 200);
  const Json status = desk.call("status")["result"];
  EXPECT_EQ(status["version"], "0.1.0");
  EXPECT_EQ(status["bindings"], 1);
  EXPECT_EQ(status["registrations"], 1);
  EXPECT_EQ(status["sockets"], Json::array({desk.lab.access.text()}));
  EXPECT_EQ(status["configuration"], "the configuration\n");
  EXPECT_EQ(desk.call("version")["result"], (Json{{"version", "0.1.0"}}));
}

TEST(ControlMethods, ListsTheTableByAddressAndUser) {
  Desk desk;
  Phone bob(desk.lab, "bob", "127.0.0.3");
  ASSERT_EQ(desk.alice.register_now(), 200);
  ASSERT_EQ(bob.register_now(), 200);
  const auto keys = [&](const Json& params) {
    std::string out;
    const Json answer = desk.call("bindings.list", params);
    for (const Json& row : answer["result"]["bindings"]) {
      out += row["key"].get<std::string>() + ";";
    }
    return out;
  };
  EXPECT_EQ(keys({}), "any 127.0.0.2;any 127.0.0.3;");
  EXPECT_EQ(keys({{"address", "127.0.0.3"}}), "any 127.0.0.3;");
  EXPECT_EQ(keys({{"impi", "alice_priv@home1.example"}}), "any 127.0.0.2;");
  EXPECT_EQ(keys({{"impi", "nobody@home1.example"}}), "");
  EXPECT_EQ(keys({{"limit", 1}}), "any 127.0.0.2;");
  EXPECT_EQ(desk.call("bindings.list", {{"limit", 1}})["result"]["more"], true);
  EXPECT_EQ(keys({{"limit", 1}, {"after", "any 127.0.0.2"}}), "any 127.0.0.3;");
  EXPECT_EQ(desk.call("bindings.list", {{"after", "any 127.0.0.2"}})["result"]["more"], false);
}

TEST(ControlMethods, ExplainsASource) {
  Desk desk;
  ASSERT_EQ(desk.alice.register_now(), 200);
  const Json found = desk.call("bindings.lookup", {{"address", "127.0.0.2:4711"}})["result"];
  ASSERT_EQ(found["rows"].size(), 1U) << "a wildcard row matches every port";
  const Json& explained = found["rows"][0];
  EXPECT_EQ(explained["row"]["impi"], "alice_priv@home1.example");
  EXPECT_EQ(explained["row"]["call_id"], "c-alice");
  EXPECT_EQ(explained["row"]["defaults"], Json::array({"sip:alice@home1.example"}));
  EXPECT_EQ(explained["kernel_agrees"], true);
  desk.lab.map->rows.front().epoch += 1;
  const Json differs = desk.call("bindings.lookup", {{"address", "127.0.0.2"}})["result"];
  EXPECT_EQ(differs["rows"][0]["kernel_agrees"], false);
  ASSERT_FALSE(differs["events"].empty());
  EXPECT_EQ(differs["events"].back()["event"], "registered");
  EXPECT_TRUE(found["events"].empty()) << "of another port";
  desk.lab.map->rows.clear();
  const Json gone = desk.call("bindings.lookup", {{"address", "127.0.0.2"}})["result"];
  EXPECT_TRUE(gone["rows"][0]["kernel"].is_null());
  const Json nobody = desk.call("bindings.lookup", {{"address", "127.0.0.9"}})["result"];
  EXPECT_TRUE(nobody["rows"].empty());
  EXPECT_TRUE(nobody["events"].empty());
}

TEST(ControlMethods, RemovesABinding) {
  Desk desk;
  ASSERT_EQ(desk.alice.register_now(), 200);
  EXPECT_EQ(desk.call("bindings.remove", {{"key", "any 127.0.0.2"}})["result"]["removed"],
            "any 127.0.0.2");
  EXPECT_EQ(desk.call("bindings.remove", {{"key", "any 127.0.0.2"}})["error"],
            "no row with this key");
  EXPECT_TRUE(desk.lab.map->rows.empty());
}

TEST(ControlMethods, ListsRegistrations) {
  Desk desk;
  ASSERT_EQ(desk.alice.register_now(), 200);
  const Json result = desk.call("registrations.list")["result"];
  ASSERT_EQ(result["registrations"].size(), 1U);
  EXPECT_EQ(result["registrations"][0]["impi"], "alice_priv@home1.example");
  EXPECT_EQ(result["registrations"][0]["contacts"].size(), 1U);
  EXPECT_EQ(result["more"], false);
  const Json behind =
      desk.call("registrations.list", {{"after", "alice_priv@home1.example"}})["result"];
  EXPECT_TRUE(behind["registrations"].empty());
}

TEST(ControlMethods, CountsAndRemembersEvents) {
  Desk desk;
  ASSERT_EQ(desk.alice.register_now(), 200);
  const Json counters = desk.call("counters")["result"];
  EXPECT_EQ(counters["events"]["registered"], 1);
  EXPECT_EQ(counters["events"].size(), ims::kEventKinds);
  EXPECT_EQ(counters["kernel"]["eth1.bound"], 7);
  EXPECT_EQ(counters["transactions"]["pcscf_from_ue"]["server"], 2) << "both REGISTERs linger";
  EXPECT_EQ(counters["transactions"]["scscf"]["refused_full"], 0);
  EXPECT_EQ(counters["sockets"][0]["received"], 2);
  const Json events = desk.call("events.recent")["result"]["events"];
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back()["impi"], "alice_priv@home1.example");
}

struct BadRequest {
  const char* name;
  const char* line;
  const char* error;
};
class ControlMethodsRefuse : public testing::TestWithParam<BadRequest> {};

TEST_P(ControlMethodsRefuse, WithAReason) {
  Desk desk;
  const Json answer = Json::parse(desk.methods.answer(GetParam().line));
  EXPECT_EQ(answer["error"], GetParam().error);
}

constexpr const char* kExpected =
    R"(not a request: {"method": "...", "params": {...}} is expected)";
INSTANTIATE_TEST_SUITE_P(
    Rows, ControlMethodsRefuse,
    testing::Values(BadRequest{"NotJson", "status", kExpected}, BadRequest{"Empty", "", kExpected},
                    BadRequest{"NotAnObject", "[1]", kExpected},
                    BadRequest{"MethodIsNoString", R"({"method": 1})", kExpected},
                    BadRequest{"NotUtf8", "{\"method\": \"\xff\"}", kExpected},
                    BadRequest{"NoSuchMethod", R"({"method": "bindings.lost"})",
                               "no such method: bindings.lost"},
                    BadRequest{"ParamsAreNoObject", R"({"method": "bindings.lookup", "params": 7})",
                               "address: expected ADDRESS or ADDRESS:PORT"},
                    BadRequest{"AddressIsNoString",
                               R"({"method": "bindings.lookup", "params": {"address": 7}})",
                               "address: expected ADDRESS or ADDRESS:PORT"},
                    BadRequest{"BadAddress",
                               R"({"method": "bindings.list", "params": {"address": "x"}})",
                               "address: not an IP address"},
                    BadRequest{"BadKey",
                               R"({"method": "bindings.remove", "params": {"key": "127.0.0.2"}})",
                               "key: expected `udp ADDRESS:PORT` or `any ADDRESS`"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace sipward::node
