// SPDX-License-Identifier: Apache-2.0
#include "agent/store/subscriber_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/store/subscriber_store.h"

namespace sipward::store {
namespace {

constexpr std::size_t kMaxNameLength = 255;

Failure invalid(std::string text) {
  return {.code = Failure::Code::kInvalid, .text = std::move(text)};
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_ambiguous(char c) {
  return is_control(c) || c == ' ' || c == '"' || c == '\\' || c == ':' || c == ',';
}

std::string algorithms_text(const scscf::Subscriber& subscriber) {
  std::string text;
  for (auto it = subscriber.ha1.rbegin(); it != subscriber.ha1.rend(); ++it) {
    if (!text.empty()) text += ',';
    text += sip::algorithm_name(it->first);
  }
  return text;
}

std::string_view realm_of(const NewSubscriber& typed, const ims::Impi& impi) {
  if (!typed.realm.empty()) return typed.realm;
  return std::string_view(impi.text).substr(impi.text.find('@') + 1);
}

sip::Result<std::vector<scscf::SubscriberIdentity>, Failure> parse_identities(
    const NewSubscriber& typed, const ims::Impi& impi) {
  std::vector<std::string> texts = typed.identities;
  if (texts.empty()) texts.push_back("sip:" + impi.text);
  std::vector<scscf::SubscriberIdentity> identities;
  for (const std::string& text : texts) {
    auto identity = parse_identity(text);
    if (!identity) return identity.error();
    identities.push_back(std::move(*identity));
  }
  identities.front().is_default = true;
  return identities;
}

}  // namespace

sip::Result<ims::Impi, Failure> parse_impi(std::string_view text) {
  const std::size_t at = text.find('@');
  const bool one_at = at != std::string_view::npos && at != 0 && at + 1 != text.size() &&
                      text.find('@', at + 1) == std::string_view::npos;
  if (!one_at || text.size() > kMaxNameLength ||
      std::any_of(text.begin(), text.end(), is_ambiguous)) {
    return invalid(fmt::format("'{}' is not a private identity: expected user@realm", text));
  }
  return ims::Impi{std::string(text)};
}

sip::Result<scscf::SubscriberIdentity, Failure> parse_identity(std::string_view text) {
  auto name = sip::parse_name_addr(text);
  const auto impu = name ? ims::Impu::from(name->uri) : std::nullopt;
  if (!impu || !name->params.empty() || !name->uri.headers.empty()) {
    return invalid(
        fmt::format("'{}' is not a public identity: expected sip:user@domain, "
                    "tel:+number or \"Name\" <sip:user@domain>",
                    text));
  }
  return scscf::SubscriberIdentity{.name = std::move(*name), .impu = *impu};
}

sip::Result<std::vector<sip::DigestAlgorithm>, Failure> parse_algorithms(std::string_view text) {
  std::vector<sip::DigestAlgorithm> algorithms;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view name = text.substr(0, comma);
    const auto algorithm = sip::parse_algorithm(name);
    if (!algorithm || std::count(algorithms.begin(), algorithms.end(), *algorithm) != 0) {
      return invalid(fmt::format(
          "'{}': expected a comma list of SHA-256, SHA-512-256 and MD5, each once", name));
    }
    algorithms.push_back(*algorithm);
    if (comma == std::string_view::npos) return algorithms;
    text.remove_prefix(comma + 1);
  }
}

Outcome check_password(std::string_view password) {
  if (password.empty()) return invalid("the password is empty");
  if (password.size() > kMaxNameLength) {
    return invalid(fmt::format("the password is longer than {} octets", kMaxNameLength));
  }
  if (std::any_of(password.begin(), password.end(), is_control)) {
    return invalid("the password has a control character in it");
  }
  return std::nullopt;
}

sip::Result<scscf::Subscriber, Failure> make_subscriber(const NewSubscriber& typed) {
  auto impi = parse_impi(typed.impi);
  if (!impi) return impi.error();
  if (Outcome refused = check_password(typed.password)) return std::move(*refused);
  auto identities = parse_identities(typed, *impi);
  if (!identities) return identities.error();
  const std::string realm(realm_of(typed, *impi));
  if (realm.size() > kMaxNameLength || std::any_of(realm.begin(), realm.end(), is_ambiguous)) {
    return invalid(fmt::format("'{}' is not a realm: expected a domain", realm));
  }
  const auto& algorithms = typed.algorithms.empty() ? default_algorithms() : typed.algorithms;
  return scscf::Subscriber{.impi = *impi,
                           .realm = realm,
                           .ha1 = make_ha1(*impi, realm, typed.password, algorithms),
                           .identities = std::move(*identities)};
}

std::map<sip::DigestAlgorithm, std::string> make_ha1(
    const ims::Impi& impi, std::string_view realm, std::string_view password,
    const std::vector<sip::DigestAlgorithm>& algorithms) {
  std::map<sip::DigestAlgorithm, std::string> ha1;
  for (const sip::DigestAlgorithm algorithm : algorithms) {
    ha1[algorithm] = sip::digest_ha1(algorithm, impi.text, realm, password);
  }
  return ha1;
}

std::string describe(const scscf::Subscriber& subscriber) {
  std::string text =
      fmt::format("IMPI        {}\nrealm       {}\nalgorithms  {}\n", subscriber.impi.text,
                  subscriber.realm, algorithms_text(subscriber));
  for (const scscf::SubscriberIdentity& identity : subscriber.identities) {
    text += fmt::format("identity    {}  set {}{}{}\n", identity.name.text(), identity.set,
                        identity.is_default ? "  default" : "", identity.barred ? "  barred" : "");
  }
  return text;
}

std::string summarise(const scscf::Subscriber& subscriber) {
  const scscf::SubscriberIdentity* first = subscriber.default_identity();
  const std::size_t count = subscriber.identities.size();
  return fmt::format("{}  {}  {} {}  {}", subscriber.impi.text,
                     first != nullptr ? first->impu.text() : "-", count,
                     count == 1 ? "identity" : "identities", algorithms_text(subscriber));
}

}  // namespace sipward::store
