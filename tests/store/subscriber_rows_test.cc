// SPDX-License-Identifier: Apache-2.0
#include "agent/store/subscriber_rows.h"

#include <gtest/gtest.h>

#include "agent/store/schema.h"
#include "agent/store/subscriber_text.h"
#include "tests/store/temporary_directory.h"

namespace sipward::store {
namespace {

class RowsTest : public testing::Test {
 protected:
  RowsTest() {
    make_file(path);
    database = std::make_unique<Database>(path);
    prepare_schema(*database, path);
    rows = std::make_unique<SubscriberRows>(*database);
  }
  std::int64_t count(const std::string& table) {
    return database->number("SELECT count(*) FROM " + table);
  }
  test::TemporaryDirectory directory;
  std::string path = directory.file("test.db");
  std::unique_ptr<Database> database;
  std::unique_ptr<SubscriberRows> rows;
  scscf::Subscriber alice =
      *make_subscriber({.impi = "alice_priv@home1.example",
                        .password = "x",
                        .identities = {"sip:zoe@home1.example", "sip:alice@home1.example"}});
};

TEST_F(RowsTest, ReadsWhatItWrote) {
  alice.identities[1].barred = true;
  alice.identities[1].set = 3;
  rows->insert(alice);
  const auto read = rows->find(alice.impi);
  ASSERT_TRUE(read);
  EXPECT_EQ(describe(*read), describe(alice)) << "identities in the order they were given";
  EXPECT_EQ(read->ha1, alice.ha1);
  EXPECT_EQ(rows->first_owner(alice.identities[1].impu), alice.impi);
  EXPECT_EQ(rows->all().size(), 1U);
}

TEST_F(RowsTest, RemovesEveryRow) {
  rows->insert(alice);
  EXPECT_TRUE(rows->remove(alice.impi));
  EXPECT_FALSE(rows->remove(alice.impi));
  for (const char* table : {"subscribers", "secrets", "identities"}) EXPECT_EQ(count(table), 0);
  EXPECT_FALSE(rows->find(alice.impi));
  EXPECT_FALSE(rows->first_owner(alice.identities[0].impu));
}

TEST_F(RowsTest, RowThatDoesNotParseIsAnError) {
  rows->insert(alice);
  database->execute("UPDATE identities SET name = '<mailto:a@b>'");
  EXPECT_THROW(rows->find(alice.impi), SqliteError);
}

}  // namespace
}  // namespace sipward::store
