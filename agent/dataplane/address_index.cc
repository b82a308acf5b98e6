// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/address_index.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <unordered_map>

#include "agent/dataplane/batch.h"
#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pinned_maps.h"

namespace sipward::dataplane {

namespace {

constexpr std::uint8_t kManyUses = 255;
constexpr std::uint32_t kWordBits = 64;

std::uint64_t digest_of(const sip::IpAddress& ip) {
  if (ip.is_v4()) {
    std::uint32_t addr = 0;
    std::memcpy(&addr, ip.bytes().data(), sizeof(addr));
    return sipward_address_digest4(addr);
  }
  __u64 halves[2];
  std::memcpy(halves, ip.bytes().data(), sizeof(halves));
  return sipward_address_digest6(halves[0], halves[1]);
}

void count_in(sipward_address& address, const ims::BindingKey& key) {
  if (key.is_wildcard()) {
    address.wildcard = 1;
  } else {
    ++address.port_rows;
  }
}

bool is_empty(const sipward_address& address) {
  return address.port_rows == 0 && address.wildcard == 0;
}

using Counted = std::unordered_map<sip::IpAddress, sipward_address>;

/// The addresses of one family.
template <class Key>
bool write_all(int map, const Counted& addresses) {
  Batch<Key, sipward_address> batch(map);
  for (const auto& [ip, address] : addresses) {
    if (ip.bytes().size() != sizeof(Key)) continue;
    Key key{};
    std::ranges::copy(ip.bytes(), key.addr);
    if (!batch.add(key, address)) return false;
  }
  return batch.flush();
}

template <class Key>
void delete_others(int map, const Counted& kept) {
  std::vector<Key> others;
  for_each_element<Key, sipward_address>(map, [&](const Key& key, const sipward_address&) {
    if (!kept.contains(*sip::IpAddress::from_bytes(key.addr))) others.push_back(key);
  });
  for (const Key& key : others) bpf_map_delete_elem(map, &key);
}

}  // namespace

sip::Result<AddressIndex, std::string> AddressIndex::open(const std::string& pin_path) {
  auto v4 = open_map(pin_path, kAddresses4);
  if (!v4) return v4.error();
  auto v6 = open_map(pin_path, kAddresses6);
  if (!v6) return v6.error();
  auto bits = Mapped::open(pin_path, kAddressFilter);
  if (!bits) return bits.error();
  return AddressIndex{std::move(*v4), std::move(*v6), std::move(*bits)};
}

AddressIndex::AddressIndex(Descriptor v4, Descriptor v6, Mapped filter)
    : v4_(std::move(v4)),
      v6_(std::move(v6)),
      filter_(std::move(filter)),
      uses_(filter_.as<std::uint64_t>().size() * kWordBits) {}

sipward_address AddressIndex::find(const sip::IpAddress& ip) const {
  sipward_address address{};
  if (bpf_map_lookup_elem(map_of(ip), ip.bytes().data(), &address) != 0) return {};
  return address;
}

bool AddressIndex::write(const sip::IpAddress& ip, const sipward_address& address) const {
  return bpf_map_update_elem(map_of(ip), ip.bytes().data(), &address, BPF_ANY) == 0;
}

std::array<sipward_filter_bits, 2> AddressIndex::bits_of(const sip::IpAddress& ip) const {
  const std::uint64_t digest = digest_of(ip);
  const auto words = static_cast<std::uint32_t>(filter_.as<std::uint64_t>().size());
  return {sipward_rough_bits(digest, words / SIPWARD_FILTER_PARTS),
          sipward_fine_bits(digest, words / SIPWARD_FILTER_PARTS)};
}

template <class Visit>
void AddressIndex::each_bit(const sip::IpAddress& ip, Visit visit) {
  for (const sipward_filter_bits& bits : bits_of(ip)) {
    for (std::uint64_t left = bits.mask; left != 0; left &= left - 1) {
      const auto bit = static_cast<std::uint32_t>(std::countr_zero(left));
      visit(bits.word, bit, uses_[std::size_t{bits.word} * kWordBits + bit]);
    }
  }
}

void AddressIndex::set_bits(const sip::IpAddress& ip) {
  const std::span<std::uint64_t> words = filter_.as<std::uint64_t>();
  each_bit(ip, [&](std::uint32_t word, std::uint32_t bit, std::uint8_t& uses) {
    if (uses < kManyUses) ++uses;
    std::atomic_ref(words[word]).fetch_or(std::uint64_t{1} << bit);
  });
}

void AddressIndex::clear_bits(const sip::IpAddress& ip) {
  const std::span<std::uint64_t> words = filter_.as<std::uint64_t>();
  each_bit(ip, [&](std::uint32_t word, std::uint32_t bit, std::uint8_t& uses) {
    if (uses == 0 || uses == kManyUses || --uses != 0) return;
    std::atomic_ref(words[word]).fetch_and(~(std::uint64_t{1} << bit));
  });
}

bool AddressIndex::add(const ims::BindingKey& key) {
  sipward_address address = find(key.ip);
  const bool is_new = is_empty(address);
  count_in(address, key);
  if (!write(key.ip, address)) return false;
  if (is_new) set_bits(key.ip);
  return true;
}

void AddressIndex::remove(const ims::BindingKey& key) {
  sipward_address address = find(key.ip);
  if (is_empty(address)) return;
  if (key.is_wildcard()) {
    address.wildcard = 0;
  } else if (address.port_rows != 0) {
    --address.port_rows;
  }
  if (!is_empty(address)) {
    (void)write(key.ip, address);  // it is there: an update needs no room
    return;
  }
  bpf_map_delete_elem(map_of(key.ip), key.ip.bytes().data());
  clear_bits(key.ip);
}

bool AddressIndex::is_empty_map(int map) {
  sipward_addr6 first{};  // the longer of the two keys
  return bpf_map_get_next_key(map, nullptr, &first) != 0;
}

bool AddressIndex::add_all(std::span<const ims::BindingKey> keys) {
  // After a restart there are many keys and nothing to look up.
  const bool none = is_empty_map(v4_.get()) && is_empty_map(v6_.get());
  Counted counted;
  counted.reserve(keys.size());
  for (const ims::BindingKey& key : keys) {
    const auto [at, fresh] = counted.try_emplace(key.ip, sipward_address{});
    if (fresh && !none) at->second = find(key.ip);
    if (fresh && is_empty(at->second)) set_bits(key.ip);
    count_in(at->second, key);
  }
  return write_all<sipward_addr4>(v4_.get(), counted) &&
         write_all<sipward_addr6>(v6_.get(), counted);
}

/// What is missing first, then what is too much: no row's packet is dropped meanwhile.
bool AddressIndex::rebuild(std::span<const ims::BindingKey> keys) {
  Counted counted;
  for (const ims::BindingKey& key : keys) count_in(counted[key.ip], key);
  std::vector<std::uint64_t> wanted(filter_.as<std::uint64_t>().size());
  std::ranges::fill(uses_, std::uint8_t{0});
  for (const auto& [ip, address] : counted) {
    each_bit(ip, [&](std::uint32_t word, std::uint32_t bit, std::uint8_t& uses) {
      if (uses < kManyUses) ++uses;
      wanted[word] |= std::uint64_t{1} << bit;
    });
  }
  const std::span<std::uint64_t> words = filter_.as<std::uint64_t>();
  for (std::size_t i = 0; i < wanted.size(); ++i) std::atomic_ref(words[i]).fetch_or(wanted[i]);
  const bool written =
      write_all<sipward_addr4>(v4_.get(), counted) && write_all<sipward_addr6>(v6_.get(), counted);
  delete_others<sipward_addr4>(v4_.get(), counted);
  delete_others<sipward_addr6>(v6_.get(), counted);
  for (std::size_t i = 0; i < wanted.size(); ++i) std::atomic_ref(words[i]).fetch_and(wanted[i]);
  return written;
}

}  // namespace sipward::dataplane
