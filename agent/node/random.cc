// SPDX-License-Identifier: Apache-2.0
#include "agent/node/random.h"

#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

namespace sipward::node {
namespace {

void fill(void* out, std::size_t length) {
  if (RAND_bytes(static_cast<unsigned char*>(out), static_cast<int>(length)) == 1) return;
  std::fputs("error the system's random generator failed\n", stderr);
  std::abort();
}

class Buffer {
 public:
  std::uint64_t take() {
    if (next_ == words_.size()) {
      fill(words_.data(), sizeof words_);
      next_ = 0;
    }
    return std::exchange(words_[next_++], std::uint64_t{0});  // what was handed out is not kept
  }

 private:
  std::array<std::uint64_t, 64> words_{};
  std::size_t next_ = words_.size();
};

}  // namespace

sip::RandomSource make_random_source() {
  return [buffer = std::make_shared<Buffer>()] { return buffer->take(); };
}

std::string random_octets(std::size_t count) {
  std::string out(count, '\0');
  fill(out.data(), out.size());
  return out;
}

}  // namespace sipward::node
