// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/charging.h"

namespace sipward::pcscf {
namespace {

std::string hex(std::uint64_t value) {
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4)
    text.push_back("0123456789abcdef"[value >> shift & 15]);
  return text;
}

}  // namespace

std::string ChargingVector::text() const {
  return "icid-value=" + quoted(hex(icid) + "@" + std::string(node)) +
         ";orig-ioi=" + quoted(originating);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

}  // namespace sipward::pcscf
