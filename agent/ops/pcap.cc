// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/pcap.h"

#include <algorithm>
#include <initializer_list>

namespace sipward::ops {
namespace {

constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;  // the magic of that kind of file
constexpr std::uint32_t kVersion = 4U << 16 | 2;    // 2.4: two 16-bit words
constexpr std::uint32_t kLongestCapture = 262'144;  // what readers accept
constexpr std::uint32_t kEthernet = 1;              // LINKTYPE_ETHERNET
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::string write(std::initializer_list<std::uint32_t> words) {
  std::string out;
  for (const std::uint32_t word : words) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(word >> shift & 0xff);
  }
  return out;
}

}  // namespace

std::string pcap_header() {
  return write({kNanoseconds, kVersion, 0, 0, kLongestCapture, kEthernet});
}

std::string pcap_record(const PcapFrame& frame) {
  const std::int64_t at = std::max<std::int64_t>(frame.unix_ns, 0);
  const std::string_view octets = frame.octets.substr(0, kLongestCapture);
  const auto captured = static_cast<std::uint32_t>(octets.size());
  std::string out = write({static_cast<std::uint32_t>(at / kNsPerSecond),
                           static_cast<std::uint32_t>(at % kNsPerSecond), captured,
                           std::max(frame.length, captured)});
  return out.append(octets);
}

}  // namespace sipward::ops
