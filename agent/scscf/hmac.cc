// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>

namespace sipward::scscf {

std::string hmac_sha256(std::string_view key, std::string_view purpose, std::string_view text) {
  std::string input(purpose);
  input += '\0';
  input += text;
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned int length = 0;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          reinterpret_cast<const unsigned char*>(input.data()), input.size(),
                          reinterpret_cast<unsigned char*>(out.data()), &length);
  if (done == nullptr) std::abort();  // out of memory: there is no safe answer
  out.resize(length);
  return out;
}

}  // namespace sipward::scscf
