// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The pcap file format with nanoseconds, as Wireshark and tcpdump read it: a header, then a record
/// for each frame. Little-endian on every machine; the magic says so.
namespace sipward::ops {

/// Frames begin with the Ethernet header.
[[nodiscard]] std::string pcap_header();

struct PcapFrame {
  std::int64_t unix_ns = 0;  ///< wall-clock time
  std::string_view octets;   ///< what was captured of it
  std::uint32_t length = 0;  ///< as it was on the wire
};
[[nodiscard]] std::string pcap_record(const PcapFrame& frame);

}  // namespace sipward::ops
