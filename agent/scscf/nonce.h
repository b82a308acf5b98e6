// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sip/time.h"

namespace sipward::scscf {

/// Nonces that carry their own proof: base64url of time, random and an HMAC over both, the flow and
/// the realm (TS 33.203 N.2; RFC 7616 5.4 suggests the form). A stranger's challenge allocates
/// nothing, and a nonce is of use only on the flow that it was issued to.
///
/// Which counts have been used is known to one process only (`NonceCounts`). So a nonce from before
/// this object's first use counts as expired, also when the key has outlived a restart: that costs
/// a UE one silent retry, and nobody can replay what an earlier process has seen. Nodes that share
/// the key at the same time each accept a count once.
class Nonces {
 public:
  struct Settings {
    std::string key;  ///< 32 octets
    std::string realm;
    sip::Duration lifetime;
  };
  Nonces(Settings settings, sip::RandomSource random);

  [[nodiscard]] std::string make(std::string_view flow, sip::Time now);

  enum class Verdict : std::uint8_t {
    kFresh,
    kExpired,  ///< made here for this flow, but too long ago or by an earlier process
    kForeign,  ///< not made here, not for this flow, or not even well-formed
  };
  struct Check {
    Verdict verdict = Verdict::kForeign;
    std::uint64_t id = 0;  ///< of a fresh one: its random part
    sip::Time expires{};   ///< of a fresh one
  };
  [[nodiscard]] Check check(std::string_view nonce, std::string_view flow, sip::Time now);

 private:
  [[nodiscard]] std::string proof(std::string_view stamp, std::string_view flow) const;
  sip::Time first_use(sip::Time now);

  Settings settings_;
  sip::RandomSource random_;
  std::optional<sip::Time> first_use_;
};

}  // namespace sipward::scscf
