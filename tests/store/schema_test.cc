// SPDX-License-Identifier: Apache-2.0
#include "agent/store/schema.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "agent/store/subscriber_store.h"
#include "tests/store/temporary_directory.h"

namespace sipward::store {
namespace {

using Open = SubscriberStore::Open;

/// What opening says; empty if it opens.
std::string complaint(const std::string& path, Open how) {
  try {
    const SubscriberStore store(path, how);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

class SchemaTest : public testing::Test {
 protected:
  test::TemporaryDirectory directory;
  std::string path = directory.file("subscribers.db");
};

TEST_F(SchemaTest, MissingFileIsMadeOnlyWhenAskedFor) {
  const std::string said = complaint(path, Open::kExisting);
  EXPECT_NE(said.find(path), std::string::npos);
  EXPECT_NE(said.find("no such file"), std::string::npos) << said;
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(complaint(path, Open::kCreate), "");
  EXPECT_EQ(complaint(path, Open::kExisting), "");
}

TEST_F(SchemaTest, FileIsForItsOwnerAndGroup) {
  const mode_t old_mask = umask(0077);
  EXPECT_EQ(complaint(path, Open::kCreate), "");
  umask(old_mask);
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
}

TEST_F(SchemaTest, RootGivesTheFileToTheOwnerOfTheDirectory) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  ASSERT_EQ(chown(directory.path().c_str(), 12345, 23456), 0);
  EXPECT_EQ(complaint(path, Open::kCreate), "");
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 12345U);
  EXPECT_EQ(status.st_gid, 23456U);
}

TEST_F(SchemaTest, ExistingFileKeepsItsMode) {
  EXPECT_EQ(complaint(path, Open::kCreate), "");
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  EXPECT_EQ(complaint(path, Open::kCreate), "");
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(SchemaTest, MissingDirectoryIsNamed) {
  const std::string nowhere = directory.file("missing/subscribers.db");
  EXPECT_NE(complaint(nowhere, Open::kCreate).find(nowhere), std::string::npos);
}

TEST_F(SchemaTest, OtherFilesAreRefused) {
  std::ofstream(path) << "this is a text file, and quite long enough to be taken for a header";
  EXPECT_NE(complaint(path, Open::kExisting).find("not a database"), std::string::npos);

  const std::string foreign = directory.file("foreign.db");
  make_file(foreign);
  Database(foreign).execute("CREATE TABLE t (x)");
  EXPECT_NE(complaint(foreign, Open::kCreate).find("not a subscriber store"), std::string::npos);
}

TEST_F(SchemaTest, LaterVersionIsRefused) {
  EXPECT_EQ(complaint(path, Open::kCreate), "");
  Database(path).execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion + 1).c_str());
  const std::string said = complaint(path, Open::kExisting);
  EXPECT_NE(said.find("version 2"), std::string::npos) << said;
  EXPECT_NE(said.find("upgrade"), std::string::npos) << said;
}

TEST_F(SchemaTest, FileIsMarkedAndKeepsAWriteAheadLog) {
  EXPECT_EQ(complaint(path, Open::kCreate), "");
  Database database(path);
  EXPECT_EQ(database.number("PRAGMA application_id"), kApplicationId);
  EXPECT_EQ(database.number("PRAGMA user_version"), kSchemaVersion);
  Statement mode(database, "PRAGMA journal_mode");
  ASSERT_TRUE(mode.step());
  EXPECT_EQ(mode.text(0), "wal");
}

TEST_F(SchemaTest, TablesHoldTheInvariantsToo) {
  EXPECT_EQ(complaint(path, Open::kCreate), "");
  Database database(path);
  prepare_schema(database, path);
  database.execute("INSERT INTO subscribers VALUES ('a@b', 'b')");
  for (const char* refused :
       {"INSERT INTO secrets VALUES ('nobody@b', 'MD5', 'x')",
        "INSERT INTO secrets VALUES ('a@b', 'SHA-1', 'x')",
        "INSERT INTO identities VALUES ('a@b', 'sip:a@b', '<sip:a@b>', 0, 1, 1, 0)"}) {
    EXPECT_THROW(database.execute(refused), SqliteError) << refused;
  }
  database.execute("INSERT INTO identities VALUES ('a@b', 'sip:a@b', '<sip:a@b>', 0, 1, 0, 0)");
  EXPECT_THROW(database.execute("INSERT INTO identities VALUES "
                                "('a@b', 'sip:c@b', '<sip:c@b>', 0, 1, 0, 1)"),
               SqliteError)
      << "a second default of the set";
}

}  // namespace
}  // namespace sipward::store
