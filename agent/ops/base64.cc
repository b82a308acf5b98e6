// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/base64.h"

#include <algorithm>
#include <cstdint>

namespace sipward::ops {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string write_group(std::string_view octets) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    bits = bits << 8 | (i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0U);
  }
  std::string out;
  for (std::size_t i = 0; i < 4; ++i) {
    out += i > octets.size() ? '=' : kDigits[bits >> (18 - 6 * i) & 0x3f];
  }
  return out;
}

}  // namespace

std::string write_base64(std::string_view octets) {
  std::string out;
  for (; !octets.empty(); octets.remove_prefix(std::min<std::size_t>(3, octets.size()))) {
    out += write_group(octets.substr(0, 3));
  }
  return out;
}

std::optional<std::string> parse_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t end = text.find_last_not_of('=') + 1;
  std::string out;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < end; ++i) {
    const std::size_t digit = kDigits.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (i % 4 != 0) out += static_cast<char>(bits >> (6 - i % 4 * 2) & 0xff);
  }
  // One spelling only: the padding and the bits that are left over must be the writer's.
  return write_base64(out) == text ? std::optional(out) : std::nullopt;
}

}  // namespace sipward::ops
