// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/flow_token.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "sip/digest.h"

namespace sipward::pcscf {
namespace {

constexpr std::size_t kPayload = 21;  // kind 1, binding 4, user 8, icid 8
constexpr std::size_t kMac = 16;
constexpr std::size_t kText = ((kPayload + kMac) * 8 + 5) / 6;
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Key = std::array<std::uint8_t, 32>;

/// What the HMAC is for stands first in its input.
enum class Purpose : char { kToken = 't', kUser = 'u' };

std::string hmac(const Key& key, Purpose purpose, std::string_view text) {
  const std::string input = static_cast<char>(purpose) + std::string(text);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const std::uint8_t*>(input.data()), input.size(), mac.data(), &length);
  return {reinterpret_cast<const char*>(mac.data()), kMac};
}

void put_number(std::string& out, std::uint64_t value, unsigned octets) {
  while (octets-- > 0) out.push_back(static_cast<char>(value >> (8 * octets)));
}

std::uint64_t get_number(std::string_view octets) {
  std::uint64_t value = 0;
  for (const char octet : octets) value = value << 8 | static_cast<std::uint8_t>(octet);
  return value;
}

std::string to_base64url(std::string_view octets) {
  std::string text;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char octet : octets) {
    bits = bits << 8 | static_cast<std::uint8_t>(octet);
    for (held += 8; held >= 6; held -= 6) text.push_back(kAlphabet[bits >> (held - 6) & 63]);
  }
  if (held > 0) text.push_back(kAlphabet[bits << (6 - held) & 63]);
  return text;
}

/// Whole octets; bits left over are dropped. nullopt for a character outside the alphabet.
std::optional<std::string> from_base64url(std::string_view text) {
  std::string octets;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    octets.push_back(static_cast<char>(bits >> held));
  }
  return octets;
}

}  // namespace

FlowTokens::FlowTokens(const sip::RandomSource& random) {
  for (std::size_t i = 0; i < key_.size(); i += 8) {
    const std::uint64_t word = random();
    for (std::size_t j = 0; j < 8; ++j) key_[i + j] = static_cast<std::uint8_t>(word >> (8 * j));
  }
}

std::string FlowTokens::write(const FlowToken& token, const DialogEnds& dialog) const {
  std::string payload;
  payload.push_back(static_cast<char>(token.kind));
  put_number(payload, token.binding, 4);
  put_number(payload, token.user, 8);
  put_number(payload, token.icid, 8);

  std::string bound = payload;
  if (token.kind != TokenKind::kPath) {
    const std::string_view initiator =
        token.kind == TokenKind::kCaller ? dialog.ue_tag : dialog.far_tag;
    put_number(bound, dialog.call_id.size(), 4);
    bound.append(dialog.call_id).append(initiator);
  }
  return to_base64url(payload + hmac(key_, Purpose::kToken, bound));
}

std::optional<FlowToken> FlowTokens::read(std::string_view text, const DialogEnds& dialog) const {
  if (text.size() != kText) return std::nullopt;
  const auto octets = from_base64url(text);
  if (!octets || octets->size() != kPayload + kMac) return std::nullopt;
  const std::string_view payload(*octets);
  const FlowToken token{.kind = static_cast<TokenKind>(payload[0]),
                        .binding = static_cast<std::uint32_t>(get_number(payload.substr(1, 4))),
                        .user = get_number(payload.substr(5, 8)),
                        .icid = get_number(payload.substr(13, 8))};
  // The whole text is compared: a token has one spelling, down to the bits that carry nothing.
  if (!sip::constant_time_equal(write(token, dialog), text)) return std::nullopt;
  return token;
}

std::uint64_t FlowTokens::user(const ims::Impi& impi) const {
  return get_number(std::string_view(hmac(key_, Purpose::kUser, impi.text)).substr(0, 8));
}

}  // namespace sipward::pcscf
