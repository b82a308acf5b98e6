// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/scscf/nonce.h"
#include "agent/scscf/nonce_counts.h"
#include "agent/scscf/subscriber.h"
#include "sip/auth.h"
#include "sip/flow.h"
#include "sip/message.h"
#include "sip/result.h"
#include "sip/time.h"

namespace sipward::scscf {

/// The Digest credentials of the realm in Authorization or Proxy-Authorization; those of other
/// realms and schemes are not ours to look at. kDuplicate when there are two: which one counts
/// would depend on the reader.
sip::Result<std::optional<sip::Credentials>, sip::AuthError> find_credentials(
    const sip::Message& request, sip::Field field, std::string_view realm);

/// Digest credentials as an answer to one of our challenges.
struct Answer {
  const sip::Credentials& credentials;
  std::string_view method;
  /// Whether the `uri` in the credentials names what the request is for.
  bool uri_matches = false;
};

/// What the answer itself proves, whatever its nonce count.
enum class Proof : std::uint8_t {
  kRight,         ///< right response, fresh nonce
  kStale,         ///< right response, but the nonce is too old or was issued elsewhere
  kWrong,         ///< wrong response, or made for another URI
  kUnacceptable,  ///< not an answer to what was asked: algorithm, qop, a part missing
};
/// RFC 7616 3.4, TS 24.229 5.4.1.2.2A and 5.4.3.6.1: qop is `auth` and nothing else (Annex Q), the
/// algorithm is one that the subscriber has an H(A1) for, absent means MD5.
[[nodiscard]] Proof decide_proof(const Answer& answer, const Subscriber& subscriber,
                                 Nonces::Verdict nonce);

/// Challenges UEs and verifies their answers, for REGISTER and for Proxy-Authorization alike.
///
/// A nonce is bound to the UE's flow, not to a user: whoever answers from that flow with his own
/// credentials has proved who he is (Annex Q: Digest wins). From another flow it is stale.
class Authenticator {
 public:
  struct Settings {
    std::string key;  ///< 32 octets
    std::string realm;
    sip::Duration nonce_lifetime;
    std::size_t max_tracked_nonces = 0;
  };
  Authenticator(const Settings& settings, sip::RandomSource random);

  /// One challenge for each algorithm the subscriber has, best first (RFC 8760 2.4), all with the
  /// same new nonce.
  [[nodiscard]] std::vector<sip::Challenge> challenge(const Subscriber& subscriber,
                                                      const sip::Flow& ue, bool stale,
                                                      sip::Time now);

  enum class Verdict : std::uint8_t {
    kAccepted,
    kStale,  ///< right response, but nonce or nonce count no longer acceptable
    kWrong,
    kUnacceptable,
    kFull,  ///< right, but there is no room to remember the count
  };
  /// Uses the nonce count up if it says kAccepted.
  [[nodiscard]] Verdict verify(const Answer& answer, const Subscriber& subscriber,
                               const sip::Flow& ue, sip::Time now);

  /// Authentication-Info for an accepted answer (RFC 7616 3.5): the UE learns that the home network
  /// knows its secret too (TS 33.203 N.2), and the nonce for its next request.
  [[nodiscard]] std::string authentication_info(const Answer& answer, const Subscriber& subscriber,
                                                const sip::Flow& ue, sip::Time now);

  /// Stands in for a subscriber that does not exist, always the same for one name: a stranger
  /// cannot tell the two apart. Nobody knows its secrets.
  [[nodiscard]] Subscriber make_decoy(std::string_view username) const;

 private:
  std::string key_;
  std::string realm_;
  Nonces nonces_;
  NonceCounts counts_;
};

}  // namespace sipward::scscf
