// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/assertion.h"

#include <algorithm>
#include <utility>

namespace sipward::pcscf {
namespace {

/// The values that count: at most one sip(s) and one tel, in their order.
std::vector<sip::Uri> first_of_each_kind(const std::vector<std::string_view>& preferred) {
  std::vector<sip::Uri> chosen;
  const auto same_kind = [&](const sip::Uri& uri) {
    return std::any_of(chosen.begin(), chosen.end(),
                       [&](const auto& other) { return other.is_sip() == uri.is_sip(); });
  };
  for (const std::string_view value : preferred) {
    auto parsed = sip::parse_name_addr(value);
    if (!parsed) continue;
    const sip::Uri& uri = parsed->uri;
    if (!uri.is_sip() && uri.scheme != sip::UriScheme::kTel) continue;
    if (!same_kind(uri)) chosen.push_back(uri);
  }
  return chosen;
}

/// The registered identity that the URI names. A number may be registered in both spellings: then
/// the one that the UE used.
const RegisteredIdentity* find_registered(const FlowBinding& row, const sip::Uri& uri) {
  const auto impu = ims::Impu::from(uri);
  if (!impu) return nullptr;
  const RegisteredIdentity* found = nullptr;
  for (const RegisteredIdentity& identity : row.identities) {
    if (identity.impu != *impu) continue;
    if (identity.asserted.uri.is_sip() == uri.is_sip()) return &identity;
    if (found == nullptr) found = &identity;
  }
  return found;
}

}  // namespace

Assertion decide_assertion(const FlowBinding& row, const std::vector<std::string_view>& preferred,
                           const sip::RandomSource& random) {
  Assertion assertion;
  auto& identities = assertion.identities;
  for (const sip::Uri& uri : first_of_each_kind(preferred)) {
    const RegisteredIdentity* identity = find_registered(row, uri);
    if (identity == nullptr) continue;
    const bool second_of_kind =
        !identities.empty() && identities[0].uri.is_sip() == identity->asserted.uri.is_sip();
    if (!second_of_kind) identities.push_back(identity->asserted);
  }
  if (!identities.empty()) return assertion;

  assertion.preference_ignored = !preferred.empty();
  if (row.defaults.empty()) return assertion;
  const std::size_t choice = row.defaults.size() == 1 ? 0 : random() % row.defaults.size();
  identities.push_back(row.identities[row.defaults[choice]].asserted);
  return assertion;
}

}  // namespace sipward::pcscf
