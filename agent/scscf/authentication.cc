// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/authentication.h"

#include <utility>

#include "agent/scscf/hmac.h"
#include "sip/digest.h"
#include "sip/grammar.h"

namespace sipward::scscf {
namespace {

std::optional<sip::DigestAlgorithm> algorithm_of(const sip::Credentials& credentials) {
  if (credentials.algorithm.empty()) return sip::DigestAlgorithm::kMd5;  // RFC 7616 3.4
  return sip::parse_algorithm(credentials.algorithm);
}

/// The H(A1) that the answer must have been made with; nullptr if there is none.
const std::string* secret_for(const Answer& answer, const Subscriber& subscriber) {
  const auto algorithm = algorithm_of(answer.credentials);
  if (!algorithm) return nullptr;
  const auto it = subscriber.ha1.find(*algorithm);
  return it == subscriber.ha1.end() ? nullptr : &it->second;
}

sip::DigestInput digest_input(const Answer& answer, std::string_view ha1) {
  const sip::Credentials& c = answer.credentials;
  return {.algorithm = algorithm_of(c).value_or(sip::DigestAlgorithm::kMd5),
          .ha1 = ha1,
          .nonce = c.nonce,
          .nc = c.nc,
          .cnonce = c.cnonce,
          .method = answer.method,
          .uri = c.uri};
}

}  // namespace

sip::Result<std::optional<sip::Credentials>, sip::AuthError> find_credentials(
    const sip::Message& request, sip::Field field, std::string_view realm) {
  std::optional<sip::Credentials> found;
  for (const std::string_view row : request.all(field)) {
    auto credentials = sip::parse_credentials(row);
    if (!credentials) {
      if (credentials.error() == sip::AuthError::kNotDigest) continue;
      return credentials.error();
    }
    if (credentials->realm != realm) continue;
    if (found) return sip::AuthError::kDuplicate;
    found = std::move(*credentials);
  }
  return found;
}

Proof decide_proof(const Answer& answer, const Subscriber& subscriber, Nonces::Verdict nonce) {
  const sip::Credentials& c = answer.credentials;
  const std::string* ha1 = secret_for(answer, subscriber);
  if (ha1 == nullptr || !sip::iequals(c.qop, "auth") || c.cnonce.empty() || c.uri.empty() ||
      !parse_nonce_count(c.nc) || c.username != subscriber.impi.text) {
    return Proof::kUnacceptable;
  }
  const std::string expected = sip::digest_response(digest_input(answer, *ha1));
  if (!sip::constant_time_equal(expected, c.response)) return Proof::kWrong;
  if (!answer.uri_matches) return Proof::kWrong;
  return nonce == Nonces::Verdict::kFresh ? Proof::kRight : Proof::kStale;
}

Authenticator::Authenticator(const Settings& settings, sip::RandomSource random)
    : key_(settings.key),
      realm_(settings.realm),
      nonces_({.key = settings.key, .realm = settings.realm, .lifetime = settings.nonce_lifetime},
              std::move(random)),
      counts_(settings.max_tracked_nonces) {}

std::vector<sip::Challenge> Authenticator::challenge(const Subscriber& subscriber,
                                                     const sip::Flow& ue, bool stale,
                                                     sip::Time now) {
  const std::string nonce = nonces_.make(ue.text(), now);
  std::vector<sip::Challenge> challenges;
  for (auto it = subscriber.ha1.rbegin(); it != subscriber.ha1.rend(); ++it) {
    challenges.push_back({.realm = realm_,
                          .nonce = nonce,
                          .algorithm = std::string(sip::algorithm_name(it->first)),
                          .qop = "auth",
                          .stale = stale});
  }
  return challenges;
}

Authenticator::Verdict Authenticator::verify(const Answer& answer, const Subscriber& subscriber,
                                             const sip::Flow& ue, sip::Time now) {
  const Nonces::Check nonce = nonces_.check(answer.credentials.nonce, ue.text(), now);
  switch (decide_proof(answer, subscriber, nonce.verdict)) {
    case Proof::kUnacceptable:
      return Verdict::kUnacceptable;
    case Proof::kWrong:
      return Verdict::kWrong;
    case Proof::kStale:
      return Verdict::kStale;
    case Proof::kRight:
      break;
  }
  const auto count = parse_nonce_count(answer.credentials.nc);
  switch (counts_.use(nonce, count.value_or(0), now)) {
    case NonceCounts::Use::kAccepted:
      return Verdict::kAccepted;
    case NonceCounts::Use::kRepeated:
      return Verdict::kStale;
    case NonceCounts::Use::kFull:
      break;
  }
  return Verdict::kFull;
}

std::string Authenticator::authentication_info(const Answer& answer, const Subscriber& subscriber,
                                               const sip::Flow& ue, sip::Time now) {
  const sip::Credentials& c = answer.credentials;
  const std::string* ha1 = secret_for(answer, subscriber);
  if (ha1 == nullptr) return {};
  Answer proof = answer;
  proof.method = {};
  const std::string rspauth = sip::digest_response(digest_input(proof, *ha1));
  // A cnonce that needs escapes in a quoted string is legal: escape it as the UE did.
  std::string cnonce;
  for (const char ch : c.cnonce) {
    if (ch == '"' || ch == '\\') cnonce += '\\';
    cnonce += ch;
  }
  return "nextnonce=\"" + nonces_.make(ue.text(), now) + "\", qop=auth, rspauth=\"" + rspauth +
         "\", cnonce=\"" + cnonce + "\", nc=" + c.nc;
}

Subscriber Authenticator::make_decoy(std::string_view username) const {
  Subscriber decoy;
  decoy.impi = {std::string(username)};
  decoy.realm = realm_;
  for (const sip::DigestAlgorithm algorithm : kDefaultAlgorithms) {
    std::string secret(sip::algorithm_name(algorithm));
    secret += '\0';
    secret += hmac_sha256(key_, "decoy", username);
    decoy.ha1[algorithm] = sip::digest_hex(algorithm, secret);
  }
  return decoy;
}

}  // namespace sipward::scscf
