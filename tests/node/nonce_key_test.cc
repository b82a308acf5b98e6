// SPDX-License-Identifier: Apache-2.0
#include "agent/node/nonce_key.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/net/folder.h"

namespace sipward::node {
namespace {

TEST(NonceKey, StaysTheSameOverARestart) {
  const net::Folder folder;
  const NonceKey first = load_nonce_key(folder.path());
  const NonceKey second = load_nonce_key(folder.path());
  EXPECT_EQ(first.octets.size(), kNonceKeyLength);
  EXPECT_EQ(first.octets, second.octets);
  EXPECT_EQ(first.warning, "");
}

TEST(NonceKey, IsForItsOwnerOnly) {
  const net::Folder folder;
  const NonceKey key = load_nonce_key(folder.path());
  struct stat status {};
  ASSERT_EQ(stat(folder.file("nonce.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(NonceKey, IsMadeAnewWhenOthersCouldReadIt) {
  const net::Folder folder;
  const NonceKey before = load_nonce_key(folder.path());
  std::filesystem::permissions(folder.file("nonce.key"), std::filesystem::perms(0644));
  EXPECT_NE(load_nonce_key(folder.path()).octets, before.octets);
}

TEST(NonceKey, IsMadeAnewWhenItIsNotWhole) {
  const net::Folder folder;
  std::ofstream(folder.file("nonce.key")) << "short";
  std::filesystem::permissions(folder.file("nonce.key"), std::filesystem::perms(0600));
  const NonceKey key = load_nonce_key(folder.path());
  EXPECT_EQ(key.octets.size(), kNonceKeyLength);
  EXPECT_EQ(load_nonce_key(folder.path()).octets, key.octets);
}

TEST(NonceKey, LivesAsLongAsTheProcessWhereNothingCanBeWritten) {
  const NonceKey key = load_nonce_key("/nonexistent");
  EXPECT_EQ(key.octets.size(), kNonceKeyLength);
  EXPECT_EQ(key.warning,
            "/nonexistent/nonce.key cannot be written: No such file or directory: challenges end "
            "with this process");
}

}  // namespace
}  // namespace sipward::node
