// SPDX-License-Identifier: Apache-2.0
// What the gate knows of addresses beside their rows: it says too much for a moment, never too
// little, and ends when the last row does.
#include "agent/dataplane/address_index.h"

#include <bpf/bpf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "agent/dataplane/row.h"
#include "tests/kernel/expectations.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

using dataplane::AddressIndex;
using dataplane::Bindings;
using dataplane::InstallStatus;

constexpr std::string_view kMessage = "MESSAGE sip:bob@home1.example SIP/2.0\r\n";

sip::IpAddress ip(std::string_view text) { return sip::IpAddress::parse(text).value(); }

class Index : public testing::Test {
 protected:
  [[nodiscard]] sipward_address find(std::string_view text) const { return find(ip(text)); }
  [[nodiscard]] sipward_address find(const sip::IpAddress& address) const {
    sipward_address found{};
    bpf_map_lookup_elem(map_of(address).get(), address.bytes().data(), &found);
    return found;
  }
  [[nodiscard]] bool has_element(std::string_view text) const {
    sipward_address found{};
    return bpf_map_lookup_elem(map_of(ip(text)).get(), ip(text).bytes().data(), &found) == 0;
  }
  /// Whether the filters let the address through.
  [[nodiscard]] bool bit(std::string_view text) const {
    return std::ranges::all_of(bits_of(ip(text)), [&](const auto& bits) { return is_set(bits); });
  }
  [[nodiscard]] bool is_set(const sipward_filter_bits& bits) const {
    const auto word = read_element<__u64>(gate_.map("address_filter"), bits.word);
    return (word.value() & bits.mask) == bits.mask;
  }
  [[nodiscard]] std::array<sipward_filter_bits, 2> bits_of(const sip::IpAddress& address) const {
    bpf_map_info info{};
    __u32 size = sizeof(info);
    bpf_obj_get_info_by_fd(gate_.map("address_filter").get(), &info, &size);
    __u32 word = 0;
    __u64 halves[2];
    std::memcpy(&word, address.bytes().data(), sizeof(word));
    if (!address.is_v4()) std::memcpy(halves, address.bytes().data(), sizeof(halves));
    const __u64 digest = address.is_v4() ? sipward_address_digest4(word)
                                         : sipward_address_digest6(halves[0], halves[1]);
    const __u32 rough = info.max_entries / SIPWARD_FILTER_PARTS;
    return {sipward_rough_bits(digest, rough), sipward_fine_bits(digest, rough)};
  }
  /// Another IPv4 address with the same bits in the rough filter.
  [[nodiscard]] std::string neighbour_of(std::string_view text) const {
    const sipward_filter_bits own = bits_of(ip(text)).front();
    for (int i = 0; i < 262'144; ++i) {
      const std::string other = "192." + std::to_string(i / 65'536) + "." +
                                std::to_string(i / 256 % 256) + "." + std::to_string(i % 256);
      const sipward_filter_bits found = bits_of(ip(other)).front();
      if (found.word == own.word && found.mask == own.mask) return other;
    }
    throw std::runtime_error("no two addresses share their bits");
  }
  /// What a process that was killed in between leaves.
  void forget(std::string_view text) {
    bpf_map_delete_elem(map_of(ip(text)).get(), ip(text).bytes().data());
    for (const sipward_filter_bits& bits : bits_of(ip(text))) {
      write_element(gate_.map("address_filter"), bits.word, __u64{0});
    }
  }
  [[nodiscard]] dataplane::Descriptor map_of(const sip::IpAddress& address) const {
    return gate_.map(address.is_v4() ? "addresses4" : "addresses6");
  }
  bool withdraw(const RowOf& fields) { return gate_.bindings().withdraw(row(fields).key); }

  GateUnderTest gate_{test_config()};
};

TEST_F(Index, CountsPortRowsAndKnowsWildcards) {
  for (const std::string_view source : {kUe4, kUe6}) {
    EXPECT_FALSE(has_element(source));
    EXPECT_FALSE(bit(source));
    install(gate_, {row({.ip = source, .port = 1}), row({.ip = source, .port = 2}),
                    row({.ip = source, .port = 2, .transport = sip::Transport::kTcp})});
    EXPECT_EQ(find(source).port_rows, 3U);
    EXPECT_EQ(find(source).wildcard, 0U);
    EXPECT_TRUE(bit(source));
    install(gate_, {row({.ip = source, .port = 1, .epoch = 2})});
    EXPECT_EQ(find(source).port_rows, 3U) << "an overwrite is no new row";
    install(gate_, {row({.ip = source, .port = 0}), row({.ip = source, .port = 0, .epoch = 2})});
    EXPECT_EQ(find(source).port_rows, 3U);
    EXPECT_EQ(find(source).wildcard, 1U);
  }
}

TEST_F(Index, EndsWithTheLastRow) {
  for (const std::string_view source : {kUe4, kUe6}) {
    install(gate_, {row({.ip = source, .port = 1}), row({.ip = source, .port = 0})});
    EXPECT_TRUE(withdraw({.ip = source, .port = 0}));
    EXPECT_EQ(find(source).wildcard, 0U);
    EXPECT_EQ(find(source).port_rows, 1U);
    EXPECT_TRUE(bit(source));
    EXPECT_FALSE(withdraw({.ip = source, .port = 0})) << "twice is once";
    EXPECT_EQ(find(source).port_rows, 1U);
    EXPECT_TRUE(withdraw({.ip = source, .port = 1}));
    EXPECT_FALSE(has_element(source));
    EXPECT_FALSE(bit(source));
  }
}

TEST_F(Index, BitsThatTwoShareEndWithTheSecond) {
  const std::string other = neighbour_of(kUe4);
  install(gate_, {row({}), row({.ip = other})});
  EXPECT_TRUE(withdraw({}));
  EXPECT_TRUE(bit(other)) << "its row would not be found without it";
  expect_counted(gate_, from_ue4(kMessage).ip(other, kGate4), "bound");
  expect_counted(gate_, from_ue4(kMessage), "unbound");
  EXPECT_TRUE(withdraw({.ip = other}));
  EXPECT_FALSE(bit(other));
}

TEST_F(Index, ARowIsNotFoundWithoutItsBits) {
  install(gate_, {row({}), row({.ip = kUe6})});
  for (const std::string_view source : {kUe4, kUe6}) forget(source);
  expect_all(gate_,
             {{"IPv4", from_ue4(kMessage), "unbound"}, {"IPv6", from_ue6(kMessage), "unbound"}});
}

TEST_F(Index, IsRepairedAfterAKilledWriter) {
  install(gate_, {row({}), row({.port = 2}), row({.port = 0}), row({.ip = kUe6})});
  for (const std::string_view source : {kUe4, kUe6}) forget(source);
  // And what was noted for rows that were never written.
  auto index = AddressIndex::open(gate_.pin_path());
  ASSERT_TRUE(index.ok()) << index.error();
  ASSERT_TRUE(index->add(row({.ip = "203.0.113.77"}).key));
  ASSERT_TRUE(index->add(row({.ip = "2001:db8:77::"}).key));
  ASSERT_TRUE(bit("203.0.113.77"));

  EXPECT_TRUE(gate_.bindings().repair_index());
  EXPECT_EQ(find(kUe4).port_rows, 2U);
  EXPECT_EQ(find(kUe4).wildcard, 1U);
  EXPECT_EQ(find(kUe6).port_rows, 1U);
  for (const char* stranger : {"203.0.113.77", "2001:db8:77::"}) {
    EXPECT_FALSE(has_element(stranger));
    EXPECT_FALSE(bit(stranger));
  }
  expect_all(gate_, {{"IPv4", from_ue4(kMessage), "bound"}, {"IPv6", from_ue6(kMessage), "bound"}});
}

TEST_F(Index, IsRepairedWhenTheTableIsOpened) {
  install(gate_, {row({}), row({.ip = kUe6})});
  for (const std::string_view source : {kUe4, kUe6}) forget(source);
  auto opened = Bindings::open(gate_.pin_path());
  ASSERT_TRUE(opened.ok()) << opened.error();
  expect_all(gate_, {{"IPv4", from_ue4(kMessage), "bound"}, {"IPv6", from_ue6(kMessage), "bound"}});
  EXPECT_TRUE(opened->withdraw(row({}).key));
  EXPECT_FALSE(bit(kUe4)) << "a bit that another process has set ends with its row too";
}

TEST_F(Index, IsLeftAloneByWhoOnlyLooks) {
  install(gate_, {row({}), row({.ip = kUe6})});
  forget(kUe4);
  const auto rows = Bindings::read(gate_.pin_path());
  ASSERT_TRUE(rows.ok()) << rows.error();
  EXPECT_EQ(rows->size(), 2U);
  EXPECT_FALSE(has_element(kUe4)) << "it is the daemon's to repair";
}

TEST_F(Index, BitsThatVeryManyShareStayUntilARepair) {
  auto index = AddressIndex::open(gate_.pin_path());
  ASSERT_TRUE(index.ok()) << index.error();
  std::vector<ims::BindingKey> keys;
  const sipward_filter_bits shared = bits_of(ip(kUe4)).front();
  for (std::uint32_t i = 0; keys.size() < 300; ++i) {
    const std::array<std::uint8_t, 4> octets{10, static_cast<std::uint8_t>(i >> 16),
                                             static_cast<std::uint8_t>(i >> 8),
                                             static_cast<std::uint8_t>(i)};
    const auto address = sip::IpAddress::from_bytes(octets).value();
    const sipward_filter_bits found = bits_of(address).front();
    if (found.word == shared.word && found.mask == shared.mask) {
      keys.push_back({.ip = address, .port = 1});
    }
  }
  // The map has no room for all of them; the bits are set before it says so.
  EXPECT_FALSE(index->add_all(keys));
  for (const ims::BindingKey& key : keys) index->remove(key);
  EXPECT_TRUE(is_set(shared)) << "set too long is slow, cleared too early is wrong";
  EXPECT_TRUE(index->rebuild({}));
  EXPECT_FALSE(is_set(shared));
}

TEST_F(Index, IsLeftAsItWasByARowThatFindsNoRoom) {
  std::uint16_t port = 1;
  while (gate_.bindings().install(row({.port = port})) == InstallStatus::kInstalled) ++port;
  EXPECT_EQ(find(kUe4).port_rows, port - 1U);
  EXPECT_EQ(gate_.bindings().install(row({.ip = "203.0.113.8"})), InstallStatus::kFull);
  EXPECT_FALSE(has_element("203.0.113.8"));
  EXPECT_FALSE(bit("203.0.113.8"));
}

}  // namespace
}  // namespace sipward::test
