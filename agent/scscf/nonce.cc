// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/nonce.h"

#include <openssl/crypto.h>

#include <utility>

#include "agent/scscf/hmac.h"

namespace sipward::scscf {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kTimeSize = 8;
constexpr std::size_t kRandomSize = 8;
constexpr std::size_t kStampSize = kTimeSize + kRandomSize;
constexpr std::size_t kProofSize = 16;
constexpr std::size_t kSize = kStampSize + kProofSize;
constexpr std::size_t kTextSize = (kSize * 8 + 5) / 6;

std::string encode(std::string_view octets) {
  std::string text;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : octets) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text += kAlphabet[(bits >> (count - 6)) & 0x3f];
  }
  if (count > 0) text += kAlphabet[(bits << (6 - count)) & 0x3f];
  return text;
}

/// nullopt also for a text that is not the one spelling `encode` gives.
std::optional<std::string> decode(std::string_view text) {
  std::string octets;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    octets += static_cast<char>((bits >> count) & 0xff);
  }
  if (encode(octets) != text) return std::nullopt;
  return octets;
}

void append_number(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xff);
}

std::uint64_t read_number(std::string_view octets) {
  std::uint64_t value = 0;
  for (const char c : octets.substr(0, 8)) value = (value << 8) | static_cast<unsigned char>(c);
  return value;
}

std::uint64_t seconds(sip::Time time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace

Nonces::Nonces(Settings settings, sip::RandomSource random)
    : settings_(std::move(settings)), random_(std::move(random)) {}

std::string Nonces::proof(std::string_view stamp, std::string_view flow) const {
  std::string text(stamp);
  text += flow;
  text += '\0';
  text += settings_.realm;
  return hmac_sha256(settings_.key, "nonce", text).substr(0, kProofSize);
}

sip::Time Nonces::first_use(sip::Time now) {
  // As coarse as the time in a nonce.
  if (!first_use_) first_use_ = std::chrono::floor<std::chrono::seconds>(now);
  return *first_use_;
}

std::string Nonces::make(std::string_view flow, sip::Time now) {
  first_use(now);
  std::string stamp;
  append_number(stamp, seconds(now));
  append_number(stamp, random_());
  return encode(stamp + proof(stamp, flow));
}

Nonces::Check Nonces::check(std::string_view nonce, std::string_view flow, sip::Time now) {
  const sip::Time earliest = first_use(now);
  if (nonce.size() != kTextSize) return {};
  const auto octets = decode(nonce);
  if (!octets || octets->size() != kSize) return {};
  const std::string_view stamp = std::string_view(*octets).substr(0, kStampSize);
  const std::string expected = proof(stamp, flow);
  if (CRYPTO_memcmp(expected.data(), octets->data() + kStampSize, kProofSize) != 0) return {};

  const auto issued = sip::Time(std::chrono::seconds(read_number(stamp)));
  // A node that shares the key may have another clock: what is not from the past has no age.
  if (issued > now) return {};
  if (issued < earliest || now - issued > settings_.lifetime) return {.verdict = Verdict::kExpired};
  return {.verdict = Verdict::kFresh,
          .id = read_number(stamp.substr(kTimeSize)),
          .expires = issued + settings_.lifetime};
}

}  // namespace sipward::scscf
