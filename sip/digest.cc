// SPDX-License-Identifier: Apache-2.0
#include "sip/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <initializer_list>
#include <memory>

#include "sip/grammar.h"

namespace sipward::sip {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"MD5", "SHA-256", "SHA-512-256"};

const EVP_MD* hash_of(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::kMd5:
      return EVP_md5();
    case DigestAlgorithm::kSha256:
      return EVP_sha256();
    case DigestAlgorithm::kSha512_256:
      return EVP_sha512_256();
  }
  return nullptr;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// The hash of the parts joined by colons. A library that cannot hash ends the process: there is
/// no safe answer without it.
std::string joined_hash(DigestAlgorithm algorithm, std::initializer_list<std::string_view> parts) {
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), hash_of(algorithm), nullptr) != 1) std::abort();
  bool first = true;
  for (const std::string_view part : parts) {
    if (!first) EVP_DigestUpdate(context.get(), ":", 1);
    EVP_DigestUpdate(context.get(), part.data(), part.size());
    first = false;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned length = 0;
  if (EVP_DigestFinal_ex(context.get(), hash.data(), &length) != 1) std::abort();
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * length);
  for (unsigned i = 0; i < length; ++i) {
    hex += kDigits[hash[i] >> 4];
    hex += kDigits[hash[i] & 0xf];
  }
  return hex;
}

}  // namespace

std::string_view algorithm_name(DigestAlgorithm algorithm) {
  return kNames[static_cast<std::size_t>(algorithm)];
}

std::optional<DigestAlgorithm> parse_algorithm(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (iequals(text, kNames[i])) return static_cast<DigestAlgorithm>(i);
  }
  return std::nullopt;
}

std::string digest_hex(DigestAlgorithm algorithm, std::string_view text) {
  return joined_hash(algorithm, {text});
}

std::string digest_ha1(DigestAlgorithm algorithm, std::string_view username, std::string_view realm,
                       std::string_view password) {
  return joined_hash(algorithm, {username, realm, password});
}

std::string digest_response(const DigestInput& input) {
  const std::string ha2 = joined_hash(input.algorithm, {input.method, input.uri});
  return joined_hash(input.algorithm,
                     {input.ha1, input.nonce, input.nc, input.cnonce, "auth", ha2});
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sipward::sip
