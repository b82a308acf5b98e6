// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/binding_table.h"

#include <gtest/gtest.h>

#include "agent/ims/tag.h"
#include "tests/pcscf/pcscf_lab.h"

namespace sipward::pcscf {
namespace {

using namespace std::chrono_literals;
using Change = BindingTable::Change;

const sip::Time kNow(1h);

sip::Flow flow(std::string_view source, sip::Transport transport = sip::Transport::kUdp) {
  return {.transport = transport, .remote = test::endpoint(source)};
}

Registration registration(const std::string& aor, sip::Duration lifetime,
                          const std::vector<std::string>& identities) {
  Registration made{.aor = *ims::Impu::parse(aor), .contact = {}, .expires = kNow + lifetime};
  for (const auto& text : identities) {
    sip::NameAddr value = *sip::parse_name_addr("<" + text + ">");
    const ims::Impu impu = *ims::Impu::from(value.uri);
    made.identities.push_back({.asserted = std::move(value), .impu = impu});
  }
  return made;
}

struct Entry {
  const char* user = "alice";
  const char* source = "203.0.113.7:5060";
  bool wildcard = false;
  sip::Duration lifetime = 600s;
};
FlowBinding make(const Entry& entry) {
  FlowBinding row;
  row.flow = flow(entry.source);
  row.key = {.ip = row.flow.remote.ip,
             .port = entry.wildcard ? std::uint16_t{0} : row.flow.remote.port};
  row.impi = {std::string(entry.user)};
  const std::string aor = "sip:" + std::string(entry.user) + "@h.example";
  row.registrations.push_back(registration(aor, entry.lifetime, {aor}));
  row.created = kNow;
  return row;
}

TEST(BindingTable, ExactKeyBeforeWildcard) {
  BindingTable table(8, 8);
  EXPECT_EQ(table.put(make({.user = "alice", .wildcard = true})), Change::kInserted);
  EXPECT_EQ(table.put(make({.user = "bob", .source = "203.0.113.7:6000"})), Change::kInserted);
  const struct {
    const char* source;
    sip::Transport transport;
    const char* user;
  } rows[] = {
      {"203.0.113.7:6000", sip::Transport::kUdp, "bob"},
      {"203.0.113.7:6001", sip::Transport::kUdp, "alice"},
      {"203.0.113.7:6000", sip::Transport::kTcp, "alice"},
      {"203.0.113.7:6000", sip::Transport::kTls, nullptr},
      {"203.0.113.8:6000", sip::Transport::kUdp, nullptr},
      {"[::ffff:203.0.113.7]:6000", sip::Transport::kUdp, "bob"},
  };
  for (const auto& row : rows) {
    const FlowBinding* found = table.find(flow(row.source, row.transport), kNow);
    EXPECT_EQ(found == nullptr ? "" : found->impi.text, row.user == nullptr ? "" : row.user)
        << row.source;
  }
}

TEST(BindingTable, PlanIsWhatPutDoes) {
  BindingTable table(2, 8);
  const auto put_as_planned = [&](const FlowBinding& row) {
    const auto plan = table.plan(row);
    EXPECT_EQ(table.put(row), plan.change);
    const FlowBinding* put = table.find_key(row.key);
    if (plan.change == Change::kFull) return plan;
    EXPECT_EQ(put->id, plan.kernel.binding);
    EXPECT_EQ(put->epoch, plan.kernel.epoch);
    EXPECT_EQ(put->expires, plan.kernel.expires);
    EXPECT_EQ(put->key, plan.kernel.key);
    return plan;
  };
  const auto first = put_as_planned(make({}));
  EXPECT_EQ(first.change, Change::kInserted);
  const auto refresh = put_as_planned(make({.lifetime = 900s}));
  EXPECT_EQ(refresh.change, Change::kRefreshed);
  EXPECT_EQ(refresh.kernel.binding, first.kernel.binding);
  EXPECT_EQ(refresh.kernel.epoch, first.kernel.epoch);
  const auto overwrite = put_as_planned(make({.user = "bob"}));
  EXPECT_EQ(overwrite.change, Change::kOverwritten);
  EXPECT_NE(overwrite.kernel.binding, first.kernel.binding);
  EXPECT_EQ(overwrite.kernel.epoch, first.kernel.epoch + 1);
  EXPECT_TRUE(table.of_user({"alice"}).empty());
  put_as_planned(make({.source = "203.0.113.8:5060"}));
  EXPECT_EQ(put_as_planned(make({.source = "203.0.113.9:5060"})).change, Change::kFull);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(put_as_planned(make({.user = "carol"})).change, Change::kOverwritten)
      << "needs no room";
}

TEST(BindingTable, EachAddressFamilyFillsUpByItself) {
  BindingTable table(1, 8);
  const char* const four = "203.0.113.7:5060";
  const char* const six = "[2001:db8::7]:5060";
  ASSERT_EQ(table.put(make({.source = four})), Change::kInserted);
  EXPECT_TRUE(table.is_full(flow(four).remote.ip));
  EXPECT_FALSE(table.is_full(flow(six).remote.ip));
  ASSERT_EQ(table.put(make({.source = six})), Change::kInserted);
  EXPECT_TRUE(table.is_full(flow(six).remote.ip));
  EXPECT_EQ(table.put(make({.user = "bob", .source = "203.0.113.8:5060"})), Change::kFull);
  EXPECT_EQ(table.put(make({.user = "bob", .source = "[2001:db8::8]:5060"})), Change::kFull);

  ASSERT_EQ(table.put(make({.user = "bob", .source = four})), Change::kOverwritten);
  table.remove(make({.source = four}).key);
  EXPECT_FALSE(table.is_full(flow(four).remote.ip));
  EXPECT_TRUE(table.is_full(flow(six).remote.ip));
}

TEST(BindingTable, RowsOfOneUserAreBounded) {
  BindingTable table(8, 1);
  EXPECT_EQ(table.put(make({})), Change::kInserted);
  EXPECT_EQ(table.put(make({.source = "203.0.113.8:5060"})), Change::kFull);
  EXPECT_EQ(table.put(make({.user = "bob", .source = "203.0.113.8:5060"})), Change::kInserted);
  EXPECT_EQ(table.put(make({.source = "203.0.113.8:5060"})), Change::kFull) << "nor by overwrite";
  EXPECT_EQ(table.put(make({})), Change::kRefreshed);
}

TEST(BindingTable, IdsAreNotGivenTwice) {
  BindingTable table(8, 8);
  const std::uint32_t reserved = table.reserve_id();
  table.put(make({}));
  EXPECT_NE(table.find_key(make({}).key)->id, reserved);
  FlowBinding row = make({.user = "bob", .source = "203.0.113.8:5060"});
  row.id = reserved;
  table.put(row);
  ASSERT_NE(table.find_id(reserved), nullptr);
  EXPECT_EQ(table.find_id(reserved)->impi.text, "bob");
  table.remove(row.key);
  EXPECT_EQ(table.find_id(reserved), nullptr);
  EXPECT_NE(table.reserve_id(), reserved);
}

TEST(BindingTable, TagTellsATenancyFromTheNextAtTheSameKey) {
  BindingTable table(8, 8);
  const auto tag_of = [&] {
    const FlowBinding* row = table.find_key(make({}).key);
    return std::pair(row->id % (1U << ims::kTagBindingBits), row->epoch);
  };
  table.put(make({}));
  const auto first = tag_of();
  table.remove(make({}).key);
  // As many ids later as the tag's id bits can count.
  for (unsigned i = 1; i < 1U << ims::kTagBindingBits; ++i) (void)table.reserve_id();
  table.put(make({.user = "bob"}));
  EXPECT_EQ(tag_of().first, first.first);
  EXPECT_NE(tag_of().second, first.second);
}

TEST(BindingTable, PromisedIdsLeadToTheRowAndEndWithIt) {
  BindingTable table(8, 8);
  table.put(make({}));
  const std::uint32_t id = table.find_key(make({}).key)->id;
  std::vector<std::uint32_t> promised;
  for (int i = 0; i < 12; ++i) {
    FlowBinding refresh = make({});
    refresh.id = table.reserve_id();
    promised.push_back(refresh.id);
    EXPECT_EQ(table.put(refresh), Change::kRefreshed);
  }
  EXPECT_EQ(table.find_id(id)->id, id) << "the row keeps its own";
  EXPECT_NE(table.find_id(promised.back()), nullptr);
  EXPECT_EQ(table.find_id(promised.front()), nullptr) << "bounded: the oldest is forgotten";
  table.put(make({.user = "bob"}));
  EXPECT_EQ(table.find_id(id), nullptr);
  EXPECT_EQ(table.find_id(promised.back()), nullptr) << "nothing of the old tenant remains";
}

TEST(BindingTable, ExpiresOnTimeAndAfterARefreshLater) {
  BindingTable table(8, 8);
  table.put(make({.lifetime = 60s}));
  table.put(make({.user = "bob", .source = "203.0.113.8:5060", .lifetime = 90s}));
  EXPECT_EQ(table.deadline(), kNow + 60s);
  table.put(make({.lifetime = 120s}));
  EXPECT_EQ(table.deadline(), kNow + 90s);
  EXPECT_NE(table.find(flow("203.0.113.8:5060"), kNow + 89s), nullptr);
  EXPECT_EQ(table.find(flow("203.0.113.8:5060"), kNow + 90s), nullptr)
      << "dead before it is removed";
  const auto expired = table.expire(kNow + 90s);
  ASSERT_EQ(expired.size(), 1U);
  EXPECT_EQ(expired[0].impi.text, "bob");
  EXPECT_FALSE(expired[0].identities.empty()) << "the report names it";
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.expire(kNow + 120s).size(), 1U);
  EXPECT_FALSE(table.deadline());
}

TEST(BindingTable, RegistrationsOfARowEndOneByOne) {
  BindingTable table(8, 8);
  FlowBinding row = make({});
  row.registrations = {registration("sip:a@h.example", 600s, {"sip:a@h.example", "tel:+1"}),
                       registration("sip:b@h.example", 60s, {"sip:b@h.example", "tel:+1"})};
  table.put(row);
  const FlowBinding* found = table.find_key(row.key);
  EXPECT_EQ(found->identities.size(), 3U) << "each spelling once";
  EXPECT_EQ(found->defaults, (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(found->expires, kNow + 600s);
  EXPECT_EQ(table.deadline(), kNow + 60s);
  EXPECT_TRUE(table.expire(kNow + 60s).empty());
  EXPECT_EQ(found->identities.size(), 2U);
  EXPECT_EQ(found->defaults, (std::vector<std::size_t>{0}));
  const auto removed = table.remove_registrations(row.key, [](const auto&) { return true; });
  ASSERT_TRUE(removed);
  EXPECT_EQ(table.size(), 0U);
}

TEST(BindingTable, CoversItsImplicitSet) {
  const Registration set = registration("sip:a@h.example", 60s, {"sip:c@h.example", "tel:+1-2"});
  EXPECT_TRUE(set.covers(*ims::Impu::parse("sip:a@H.example")));
  EXPECT_TRUE(set.covers(*ims::Impu::parse("tel:+12")));
  EXPECT_FALSE(set.covers(*ims::Impu::parse("sip:d@h.example")));
}

TEST(BindingTable, FindAtSeesEveryRowOfTheAddressAndNoOther) {
  BindingTable table(8, 8);
  table.put(make({.source = "203.0.113.7:1000"}));
  table.put(make({.source = "203.0.113.7:2000"}));
  table.put(make({.source = "203.0.113.7:3000", .wildcard = true}));
  table.put(make({.source = "203.0.113.6:1000"}));
  table.put(make({.source = "203.0.113.8:1000"}));
  int seen = 0;
  EXPECT_EQ(table.find_at(test::endpoint("203.0.113.7:1").ip,
                          [&](const FlowBinding&) { return ++seen == 0; }),
            nullptr);
  EXPECT_EQ(seen, 3);
}

TEST(BindingTable, OverwriteRemembersWhomItReplaced) {
  BindingTable table(8, 8);
  const ims::BindingKey key = make({}).key;
  table.put(make({.user = "alice"}));
  EXPECT_EQ(table.find_key(key)->former_id, 0U);
  const std::uint32_t alice = table.find_key(key)->id;
  table.put(make({.user = "bob"}));
  EXPECT_EQ(table.find_key(key)->former_id, alice);
  table.put(make({.user = "bob"}));
  EXPECT_EQ(table.find_key(key)->former_id, alice) << "a refresh changes no tenant";
  table.remove(key);
  table.put(make({.user = "carol"}));
  EXPECT_EQ(table.find_key(key)->former_id, 0U);
}

TEST(BindingTable, KernelIsToldAnchorSilenceAndSuspicion) {
  BindingTable table(8, 8);
  FlowBinding row = make({});
  row.anchor = ims::Anchor{.slot = 3};
  row.silence = 90s;
  row.suspect = true;
  const ims::KernelRow kernel = table.plan(row).kernel;
  EXPECT_EQ(kernel.anchor, row.anchor);
  EXPECT_EQ(kernel.silence, 90s);
  EXPECT_TRUE(kernel.suspect);
}

TEST(BindingTable, RowsOfOneAddress) {
  BindingTable table(8, 8);
  for (const char* source : {"203.0.113.7:5060", "203.0.113.7:5062", "203.0.113.8:5060"}) {
    table.put(make({.source = source}));
  }
  EXPECT_EQ(table.at(*sip::IpAddress::parse("203.0.113.7")).size(), 2U);
  EXPECT_TRUE(table.at(*sip::IpAddress::parse("203.0.113.9")).empty());
}

TEST(BindingTable, SilenceBeyondItsMeasureMakesSuspectForGood) {
  BindingTable table(8, 8);
  FlowBinding row = make({});
  row.silence = 90s;
  row.last_seen = kNow;
  table.put(row);
  const auto suspect_at = [&](sip::Duration since) {
    table.note_seen(row.flow, kNow + since);
    return table.find_key(row.key)->suspect;
  };
  EXPECT_FALSE(suspect_at(90s));
  EXPECT_FALSE(suspect_at(180s));
  EXPECT_TRUE(suspect_at(271s));
  EXPECT_TRUE(suspect_at(272s)) << "words do not clear it";
  table.note_seen(flow("203.0.113.99:5060"), kNow);  // a stranger is nobody's row
}

}  // namespace
}  // namespace sipward::pcscf
