// SPDX-License-Identifier: Apache-2.0
#include "sip/keyed_hash.h"

#include <openssl/rand.h>

#include <bit>
#include <cstdlib>
#include <cstring>

namespace sipward::sip {
namespace {

/// A library that has no random octets ends the process: there is no safe table without them.
HashKey draw_key() {
  HashKey key;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&key), sizeof key) != 1) std::abort();
  return key;
}

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  explicit SipState(const HashKey& key)
      : v0(key.low ^ 0x736f6d6570736575ULL),
        v1(key.high ^ 0x646f72616e646f6dULL),
        v2(key.low ^ 0x6c7967656e657261ULL),
        v3(key.high ^ 0x7465646279746573ULL) {}
  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t sip_hash(const HashKey& key, std::string_view bytes) {
  SipState state(key);
  std::uint64_t last = static_cast<std::uint64_t>(bytes.size()) << 56;
  while (bytes.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    state.absorb(word);
    bytes.remove_prefix(8);
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    last |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  state.absorb(last);
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

std::uint64_t keyed_hash(std::string_view bytes) {
  static const HashKey key = draw_key();
  return sip_hash(key, bytes);
}

}  // namespace sipward::sip
