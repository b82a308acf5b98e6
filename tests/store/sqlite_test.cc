// SPDX-License-Identifier: Apache-2.0
#include "agent/store/sqlite.h"

#include <gtest/gtest.h>

#include "agent/store/schema.h"
#include "tests/store/temporary_directory.h"

namespace sipward::store {
namespace {

class SqliteTest : public testing::Test {
 protected:
  SqliteTest() {
    make_file(path);
    database = std::make_unique<Database>(path);
    database->execute("CREATE TABLE t (x INTEGER PRIMARY KEY, y TEXT NOT NULL)");
  }
  test::TemporaryDirectory directory;
  std::string path = directory.file("test.db");
  std::unique_ptr<Database> database;
};

TEST_F(SqliteTest, BindsAndReads) {
  Statement insert(*database, "INSERT INTO t VALUES (?1, ?2)");
  const std::string odd("a'; DROP TABLE t; --\0b", 22);
  EXPECT_EQ(insert.bind(1, std::int64_t{-5}).bind(2, odd).run(), 1);
  Statement select(*database, "SELECT x, y FROM t");
  ASSERT_TRUE(select.step());
  EXPECT_EQ(select.number(0), -5);
  EXPECT_EQ(select.text(1), odd);
  EXPECT_FALSE(select.step());
}

TEST_F(SqliteTest, QueryLeavesTheStatementReady) {
  Statement insert(*database, "INSERT INTO t VALUES (?1, 'x')");
  {
    Query query(insert);
    query->bind(1, std::int64_t{1}).run();
  }
  {
    Query query(insert);
    query->bind(1, std::int64_t{1});
    EXPECT_THROW(query->run(), SqliteError);
  }
  Query query(insert);
  EXPECT_EQ(query->bind(1, std::int64_t{2}).run(), 1) << "also after an error";
}

TEST_F(SqliteTest, TransactionWithoutCommitIsUndone) {
  {
    const Transaction transaction(*database, Transaction::Kind::kWrite);
    database->execute("INSERT INTO t VALUES (1, 'x')");
  }
  EXPECT_EQ(database->number("SELECT count(*) FROM t"), 0);
  Transaction transaction(*database, Transaction::Kind::kWrite);
  database->execute("INSERT INTO t VALUES (1, 'x')");
  transaction.commit();
  EXPECT_EQ(database->number("SELECT count(*) FROM t"), 1);
}

TEST_F(SqliteTest, ErrorsSayWhat) {
  try {
    Statement broken(*database, "SELECT x FROM nowhere");
    FAIL() << "prepared";
  } catch (const SqliteError& error) {
    EXPECT_NE(std::string(error.what()).find("nowhere"), std::string::npos);
    EXPECT_NE(error.code(), 0);
  }
  EXPECT_THROW(Database(directory.file("missing.db")), SqliteError) << "never makes a file";
}

}  // namespace
}  // namespace sipward::store
