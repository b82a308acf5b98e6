// SPDX-License-Identifier: Apache-2.0
#include "agent/store/subscriber_store.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "agent/store/sqlite.h"
#include "agent/store/subscriber_text.h"
#include "tests/store/temporary_directory.h"

namespace sipward::store {
namespace {

using Code = Failure::Code;

const ims::Impi kAlice{"alice_priv@home1.example"};
const ims::Impi kBob{"bob_priv@home1.example"};

ims::Impu impu(const char* text) { return *ims::Impu::parse(text); }

scscf::Subscriber alice() {
  return *make_subscriber({.impi = kAlice.text,
                           .password = "alice-pw-1",
                           .identities = {"\"Alice \\\"A\\\"\" <sip:alice@home1.example>",
                                          "tel:+1-555-1000", "sip:family@home1.example"}});
}
scscf::Subscriber bob() {
  return *make_subscriber({.impi = kBob.text,
                           .password = "bob-pw-2",
                           .identities = {"sip:bob@home1.example", "sip:family@home1.example"}});
}

void expect_same(const scscf::Subscriber& a, const scscf::Subscriber& b) {
  EXPECT_EQ(a.impi, b.impi);
  EXPECT_EQ(a.realm, b.realm);
  EXPECT_EQ(a.ha1, b.ha1);
  EXPECT_EQ(describe(a), describe(b));
}

class StoreTest : public testing::Test {
 protected:
  void expect(const Outcome& outcome, Code code) {
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->code, code) << outcome->text;
    EXPECT_FALSE(outcome->text.empty());
  }
  std::string file_content() const {
    std::string content;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      std::ifstream in(entry.path(), std::ios::binary);
      content.append(std::istreambuf_iterator<char>(in), {});
    }
    return content;
  }
  test::TemporaryDirectory directory;
  std::string path = directory.file("subscribers.db");
  SubscriberStore store{path, SubscriberStore::Open::kCreate};
};

TEST_F(StoreTest, KeepsWhatWasAdded) {
  ASSERT_FALSE(store.add(alice()));
  const auto found = store.find(kAlice);
  ASSERT_TRUE(found.ok());
  expect_same(*found, alice());
  EXPECT_EQ(found->identities[0].name.display_name, "Alice \"A\"");
  EXPECT_EQ(found->identities[1].name.uri.text(), "tel:+1-555-1000") << "as provisioned";
}

TEST_F(StoreTest, FindsByCanonicalIdentity) {
  ASSERT_FALSE(store.add(bob()));
  ASSERT_FALSE(store.add(alice()));
  EXPECT_EQ(store.find(impu("sip:bob@HOME1.example"))->impi, kBob);
  EXPECT_EQ(store.find(impu("tel:+15551000"))->impi, kAlice);
  EXPECT_EQ(store.find(impu("sip:family@home1.example"))->impi, kAlice) << "the first by IMPI";
  EXPECT_EQ(store.find(impu("sip:BOB@home1.example")).error().code, Code::kNotFound);
  EXPECT_EQ(store.find(ims::Impi{"nobody@home1.example"}).error().code, Code::kNotFound);
}

TEST_F(StoreTest, ListsInOrder) {
  EXPECT_TRUE(store.list()->empty());
  ASSERT_FALSE(store.add(bob()));
  ASSERT_FALSE(store.add(alice()));
  const auto all = store.list();
  ASSERT_EQ(all->size(), 2U);
  expect_same(all.value()[0], alice());
  expect_same(all.value()[1], bob());
}

TEST_F(StoreTest, AddsOnceAndOnlyWhatHolds) {
  ASSERT_FALSE(store.add(alice()));
  expect(store.add(alice()), Code::kExists);
  scscf::Subscriber broken = bob();
  broken.identities[0].barred = true;
  expect(store.add(broken), Code::kInvalid);
  EXPECT_EQ(store.find(kBob).error().code, Code::kNotFound);
}

TEST_F(StoreTest, RemovesAllOfASubscriber) {
  ASSERT_FALSE(store.add(alice()));
  ASSERT_FALSE(store.remove(kAlice));
  expect(store.remove(kAlice), Code::kNotFound);
  EXPECT_EQ(store.find(impu("tel:+15551000")).error().code, Code::kNotFound);
  ASSERT_FALSE(store.add(alice())) << "nothing of her is left";
}

TEST_F(StoreTest, NewPasswordReplacesEverySecret) {
  ASSERT_FALSE(store.add(alice()));
  ASSERT_FALSE(store.set_password(kAlice, "new", {sip::DigestAlgorithm::kSha256}));
  const auto found = store.find(kAlice);
  ASSERT_EQ(found->ha1.size(), 1U);
  EXPECT_EQ(found->ha1.at(sip::DigestAlgorithm::kSha256),
            sip::digest_ha1(sip::DigestAlgorithm::kSha256, kAlice.text, "home1.example", "new"));
  EXPECT_EQ(found->identities.size(), 3U);
  expect(store.set_password(kAlice, ""), Code::kInvalid);
  expect(store.set_password(kAlice, "x", {}), Code::kInvalid);
  expect(store.set_password(kBob, "x"), Code::kNotFound);
}

TEST_F(StoreTest, NoPasswordReachesTheDisk) {
  ASSERT_FALSE(store.add(alice()));
  ASSERT_FALSE(store.set_password(kAlice, "correct horse battery"));
  const std::string content = file_content();
  EXPECT_NE(content.find(kAlice.text), std::string::npos) << "this looks in the right place";
  EXPECT_EQ(content.find("alice-pw-1"), std::string::npos);
  EXPECT_EQ(content.find("correct horse battery"), std::string::npos);
}

TEST_F(StoreTest, IdentitiesComeAndGo) {
  ASSERT_FALSE(store.add(alice()));
  ASSERT_FALSE(store.add_identity(kAlice, *parse_identity("sip:work@home1.example")));
  EXPECT_FALSE(store.find(kAlice)->find(impu("sip:work@home1.example"))->is_default);
  expect(store.add_identity(kAlice, *parse_identity("sip:work@home1.example")), Code::kExists);

  auto other_set = *parse_identity("sip:second@home1.example");
  other_set.set = 1;
  ASSERT_FALSE(store.add_identity(kAlice, other_set));
  EXPECT_TRUE(store.find(kAlice)->find(impu("sip:second@home1.example"))->is_default);

  ASSERT_FALSE(store.remove_identity(kAlice, impu("sip:work@home1.example")));
  expect(store.remove_identity(kAlice, impu("sip:work@home1.example")), Code::kNotFound);
  expect(store.remove_identity(kAlice, impu("sip:alice@home1.example")), Code::kInvalid);
  ASSERT_FALSE(store.remove_identity(kAlice, impu("sip:second@home1.example")))
      << "a set of one goes with it";
}

TEST_F(StoreTest, DefaultAndBarred) {
  ASSERT_FALSE(store.add(alice()));
  expect(store.set_barred(kAlice, impu("sip:alice@home1.example"), true), Code::kInvalid);
  ASSERT_FALSE(store.set_default(kAlice, impu("tel:+15551000")));
  EXPECT_EQ(store.find(kAlice)->default_identity()->impu, impu("tel:+15551000"));
  ASSERT_FALSE(store.set_barred(kAlice, impu("sip:alice@home1.example"), true));
  EXPECT_TRUE(store.find(kAlice)->find(impu("sip:alice@home1.example"))->barred);
  expect(store.set_default(kAlice, impu("sip:alice@home1.example")), Code::kInvalid);
  ASSERT_FALSE(store.set_barred(kAlice, impu("sip:alice@home1.example"), false));
  ASSERT_FALSE(store.set_default(kAlice, impu("sip:alice@home1.example")));
  expect(store.set_default(kAlice, impu("sip:bob@home1.example")), Code::kNotFound);
  expect(store.set_barred(kBob, impu("sip:bob@home1.example"), true), Code::kNotFound);
}

TEST_F(StoreTest, AnotherConnectionSeesChangesAtOnce) {
  SubscriberStore reader(path);
  ASSERT_FALSE(store.add(alice()));
  ASSERT_TRUE(reader.find(kAlice).ok());
  ASSERT_FALSE(store.set_password(kAlice, "new"));
  EXPECT_EQ(reader.find(kAlice)->ha1, store.find(kAlice)->ha1);
  ASSERT_FALSE(reader.remove(kAlice));
  EXPECT_EQ(store.find(kAlice).error().code, Code::kNotFound);
}

TEST_F(StoreTest, LockedFileIsUnavailableAndUnchanged) {
  ASSERT_FALSE(store.add(alice()));
  Database other(path);
  const Transaction held(other, Transaction::Kind::kWrite);
  expect(store.remove(kAlice), Code::kUnavailable);
  EXPECT_TRUE(store.find(kAlice).ok()) << "readers are not held up";
}

TEST_F(StoreTest, DamagedRowIsUnavailableNotUnknown) {
  ASSERT_FALSE(store.add(alice()));
  Database other(path);
  other.execute("UPDATE identities SET name = 'nonsense <' WHERE impu = 'tel:+15551000'");
  EXPECT_EQ(store.find(kAlice).error().code, Code::kUnavailable);
}

TEST_F(StoreTest, MovedStoreWorks) {
  SubscriberStore moved = std::move(store);
  ASSERT_FALSE(moved.add(alice()));
  EXPECT_EQ(moved.path(), path);
}

}  // namespace
}  // namespace sipward::store
