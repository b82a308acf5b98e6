// SPDX-License-Identifier: Apache-2.0
#include "agent/node/subscriber_lookup.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

#include "agent/store/subscriber_text.h"
#include "tests/net/folder.h"
#include "tests/net/loop.h"

namespace sipward::node {
namespace {

using Status = scscf::Scscf::LookupStatus;

struct Desk {
  Desk() : lookup(io, make_store()) {}

  store::SubscriberStore make_store() {
    store::SubscriberStore store(folder.file("s.db"), store::SubscriberStore::Open::kCreate);
    const auto alice = store::make_subscriber({.impi = "alice_priv@home1.example",
                                               .realm = {},
                                               .password = "secret",
                                               .identities = {"sip:alice@home1.example"},
                                               .algorithms = {}});
    if (!alice || store.add(*alice)) throw std::runtime_error("cannot provision");
    return store;
  }
  std::optional<SubscriberLookup::Answer> ask(std::variant<ims::Impi, ims::Impu> by) {
    std::optional<SubscriberLookup::Answer> answer;
    lookup.find({.by = std::move(by)},
                [&](SubscriberLookup::Answer got) { answer = std::move(got); });
    net::run_until(io, [&] { return answer.has_value(); });
    return answer;
  }

  /// Takes the tables out of the file, as a disk may.
  void spoil() const {
    sqlite3* db = nullptr;
    sqlite3_open(folder.file("s.db").c_str(), &db);
    sqlite3_exec(db,
                 "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema;"
                 "PRAGMA schema_version = 99",
                 nullptr, nullptr, nullptr);
    sqlite3_close(db);
  }

  net::Folder folder;
  net::asio::io_context io;
  SubscriberLookup lookup;
};

TEST(SubscriberLookup, FindsByEitherIdentity) {
  Desk desk;
  const auto by_impi = desk.ask(ims::Impi{"alice_priv@home1.example"});
  ASSERT_TRUE(by_impi);
  EXPECT_EQ(by_impi->status, Status::kFound);
  EXPECT_EQ(by_impi->subscriber.impi.text, "alice_priv@home1.example");
  const auto by_impu = desk.ask(*ims::Impu::parse("sip:alice@home1.example"));
  ASSERT_TRUE(by_impu);
  EXPECT_EQ(by_impu->status, Status::kFound);
}

TEST(SubscriberLookup, TellsUnknownFromUnavailable) {
  Desk desk;
  const auto unknown = desk.ask(ims::Impi{"nobody@home1.example"});
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->status, Status::kUnknown);
  desk.spoil();
  const auto unavailable = desk.ask(ims::Impi{"alice_priv@home1.example"});
  ASSERT_TRUE(unavailable);
  EXPECT_EQ(unavailable->status, Status::kUnavailable);
}

TEST(SubscriberLookup, AnswersOnTheLoopAndNotBefore) {
  Desk desk;
  bool answered = false;
  desk.lookup.find({.by = ims::Impi{"alice_priv@home1.example"}},
                   [&](const SubscriberLookup::Answer&) { answered = true; });
  EXPECT_FALSE(answered);
  EXPECT_TRUE(net::run_until(desk.io, [&] { return answered; }));
}

}  // namespace
}  // namespace sipward::node
