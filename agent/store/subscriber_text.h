// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ims/identity.h"
#include "agent/scscf/subscriber.h"
#include "agent/store/error.h"
#include "sip/digest.h"
#include "sip/result.h"

/// What an operator types and reads about subscribers: for `sipwardctl subscriber`.
namespace sipward::store {

/// A private identity is an NAI `user@realm` without control characters, spaces, `"`, `\`, `,` or
/// `:`, all of which would make H(A1) or the Authorization header ambiguous.
sip::Result<ims::Impi, Failure> parse_impi(std::string_view text);

/// An identity as typed: `sip:alice@home1.example`, `"Alice" <sip:alice@home1.example>`,
/// `tel:+15551000`. Neither barred nor default, set 0.
sip::Result<scscf::SubscriberIdentity, Failure> parse_identity(std::string_view text);

/// Comma list of algorithm names: `SHA-256,MD5`; at least one, none twice.
sip::Result<std::vector<sip::DigestAlgorithm>, Failure> parse_algorithms(std::string_view text);

/// Why a password cannot be used: empty, longer than 255 octets, or with a control character (a
/// line end that a pipe left behind).
[[nodiscard]] Outcome check_password(std::string_view password);

struct NewSubscriber {
  std::string impi;
  std::string realm;  ///< empty: what follows `@` in the IMPI
  std::string password;
  std::vector<std::string> identities;           ///< as typed; the first is the default of set 0
  std::vector<sip::DigestAlgorithm> algorithms;  ///< empty: default_algorithms()
};
/// Everything `SubscriberStore::add` needs. Without identities: `sip:` and the IMPI.
sip::Result<scscf::Subscriber, Failure> make_subscriber(const NewSubscriber& typed);

/// H(A1) for each algorithm.
[[nodiscard]] std::map<sip::DigestAlgorithm, std::string> make_ha1(
    const ims::Impi& impi, std::string_view realm, std::string_view password,
    const std::vector<sip::DigestAlgorithm>& algorithms);

/// Several lines: IMPI, realm, algorithms, and each identity with its set, default and barred
/// marks. Never an H(A1).
[[nodiscard]] std::string describe(const scscf::Subscriber& subscriber);
/// One line: IMPI, default identity, number of identities, algorithms.
[[nodiscard]] std::string summarise(const scscf::Subscriber& subscriber);

}  // namespace sipward::store
