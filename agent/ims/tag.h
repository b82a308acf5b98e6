// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sipward::ims {

/// The kernel's word on one datagram, as it reached the socket in the packet's mark. It asserts
/// nothing by itself: user space looks the source up in its own table and compares.
struct Tag {
  enum class Verdict : std::uint8_t { kBound, kUnbound, kAdmitted, kEmergency, kSuspect };
  Verdict verdict = Verdict::kUnbound;
  /// Low bits of the row's binding id and epoch; with kBound and kSuspect.
  std::uint16_t binding = 0;
  std::uint8_t epoch = 0;
  /// Where the gate noted how the packet entered; with kAdmitted and kEmergency.
  std::uint32_t seat = 0;
  bool operator==(const Tag&) const = default;
};

/// How many low bits of binding id and epoch a tag carries (bpf/abi.h has the same figures; the
/// data plane asserts it).
inline constexpr unsigned kTagBindingBits = 12;
inline constexpr unsigned kTagEpochBits = 8;

/// How far user space leans on the tag.
enum class TagPolicy : std::uint8_t {
  kRequired,  ///< enforce: a non-registration request without a matching `bound` tag is discarded
  kAdvisory,  ///< monitor: a difference is reported, the user-space table decides
  kAbsent,    ///< no gate on this listener: the user-space table decides
};

}  // namespace sipward::ims
