// SPDX-License-Identifier: Apache-2.0
#include "tests/scenarios/ue.h"

#include <cstdio>
#include <map>
#include <utility>

#include "sip/digest.h"
#include "sip/headers.h"

namespace sipward::test {
namespace {

const std::map<std::string, std::string> kPasswords = {
    {"alice", "alice-pw-1"}, {"bob", "bob-pw-2"}, {"carol", "carol-pw-3"}, {"dave", "dave-pw-4"}};

std::string eight_hex(std::uint32_t value) {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", value);
  return text;
}

}  // namespace

Ue::Ue(Home& home, std::string name, std::string_view source_text)
    : via(source_text),
      source(*sip::Endpoint::parse(source_text)),
      home_(home),
      name_(std::move(name)),
      impi_(name_ + "_priv@home1.example") {}

int Ue::register_now() {
  const auto challenged = send_register(unanswered());
  if (!challenged) return 0;
  if (challenged->status() != 401) return challenged->status();
  const auto answered = send_register(answer(*challenged));
  return answered ? answered->status() : 0;
}

std::string Ue::register_text(const std::string& authorization) {
  UeRequest request{.method = "REGISTER", .uri = "sip:home1.example"};
  request.to = "<sip:" + name_ + "@home1.example>";
  request.call_id = "reg-" + name_;
  request.cseq = ++home_.serial;
  request.headers = register_headers;
  request.headers.push_back("Contact: <sip:" + name_ + "@" + via + ">" + contact_params +
                            ";expires=" + std::to_string(expires));
  if (!authorization.empty()) request.headers.push_back("Authorization: " + authorization);
  return text(request);
}

std::optional<sip::Message> Ue::send_register(const std::string& authorization) {
  home_.take(source);
  home_.arrive(register_text(authorization), source);
  std::optional<sip::Message> last;
  for (sip::Message& message : home_.take(source)) {
    if (message.is_request()) {
      inbox_.push_back(std::move(message));
    } else {
      last = std::move(message);
    }
  }
  return last;
}

std::string Ue::text(UeRequest& request) {
  const std::string serial = std::to_string(++home_.serial);
  if (request.branch.empty()) request.branch = "z9hG4bK" + name_ + serial;
  if (request.call_id.empty()) request.call_id = name_ + "-" + serial;
  if (request.cseq == 0) request.cseq = home_.serial;
  if (request.to.empty()) request.to = "<" + request.uri + ">";
  if (request.from.empty()) request.from = "<sip:" + name_ + "@home1.example>";
  if (request.tag.empty()) request.tag = "t-" + name_;
  std::string out = request.method + " " + request.uri + " SIP/2.0\r\n";
  out += "Via: SIP/2.0/UDP " + via + ";branch=" + request.branch + ";rport" + via_params + "\r\n";
  out += "Max-Forwards: 70\r\n";
  out += "From: " + request.from + ";tag=" + request.tag + "\r\n";
  out += "To: " + request.to + "\r\n";
  out += "Call-ID: " + request.call_id + "\r\n";
  out += "CSeq: " + std::to_string(request.cseq) + " " + request.method + "\r\n";
  if (request.method == "INVITE") out += "Contact: <sip:" + name_ + "@" + via + ">\r\n";
  for (const std::string& line : request.headers) out += line + "\r\n";
  out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
  return out;
}

std::optional<sip::Message> Ue::send(UeRequest request) {
  const std::string bytes = text(request);
  home_.arrive(bytes, source);
  std::optional<sip::Message> last;
  for (sip::Message& message : home_.take(source)) {
    const auto via_row = sip::top_via(message);
    if (!message.is_request() && via_row && via_row->branch() == request.branch) {
      last = std::move(message);
    } else {
      inbox_.push_back(std::move(message));
    }
  }
  return last;
}

int Ue::status(UeRequest request) {
  const auto response = send(std::move(request));
  return response ? response->status() : 0;
}

std::string Ue::answer(const sip::Message& challenge, Answer how) {
  const sip::Challenge c = challenge_of(challenge);
  if (how.user.empty()) how.user = impi_;
  if (how.password.empty()) how.password = kPasswords.at(how.user.substr(0, how.user.find('_')));
  if (how.algorithm.empty()) how.algorithm = c.algorithm;
  const auto algorithm = sip::parse_algorithm(how.algorithm).value_or(sip::DigestAlgorithm::kMd5);
  const std::string nc = eight_hex(how.nc);
  const std::string response =
      sip::digest_response({.algorithm = algorithm,
                            .ha1 = sip::digest_ha1(algorithm, how.user, c.realm, how.password),
                            .nonce = c.nonce,
                            .nc = nc,
                            .cnonce = how.cnonce,
                            .method = how.method,
                            .uri = how.uri});
  return "Digest username=\"" + how.user + "\", realm=\"" + c.realm + "\", nonce=\"" + c.nonce +
         "\", uri=\"" + how.uri + "\", response=\"" + response + "\", algorithm=" + how.algorithm +
         ", cnonce=\"" + how.cnonce + "\", qop=" + how.qop + ", nc=" + nc;
}

std::string Ue::unanswered() const {
  return "Digest username=\"" + impi_ +
         "\", realm=\"home1.example\", nonce=\"\", uri=\"sip:home1.example\", response=\"\"";
}

std::vector<sip::Message> Ue::requests() {
  for (sip::Message& message : home_.take(source)) inbox_.push_back(std::move(message));
  std::erase_if(inbox_, [](const sip::Message& m) { return !m.is_request(); });
  return std::exchange(inbox_, {});
}

Ue behind_nat(Home& home, std::string name, std::string_view source) {
  Ue ue(home, std::move(name), source);
  ue.via = "10.0.0.5:5060";
  return ue;
}

Ue outbound_behind_nat(Home& home, std::string name, std::string_view source) {
  Ue ue = behind_nat(home, std::move(name), source);
  ue.contact_params =
      ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-" + ue.name() + ">\";reg-id=1";
  ue.register_headers = {"Supported: path, outbound"};
  return ue;
}

sip::Challenge challenge_of(const sip::Message& response) {
  auto value = response.find(sip::Field::kWwwAuthenticate);
  if (!value) value = response.find(sip::Field::kProxyAuthenticate);
  if (!value) return {};
  auto parsed = sip::parse_challenge(*value);
  return parsed ? *parsed : sip::Challenge{};
}

std::string asserted(const sip::Message& request) {
  std::string out;
  for (const sip::NameAddr& name : sip::name_addrs(request, sip::Field::kPAssertedIdentity)) {
    if (!out.empty()) out += ' ';
    out += name.uri.text();
  }
  return out;
}

std::string last_flag(const Home& home) {
  for (auto it = home.to_scscf.rbegin(); it != home.to_scscf.rend(); ++it) {
    if (!it->is_request() || it->method() != sip::Method::kRegister) continue;
    const auto value = it->find(sip::Field::kAuthorization);
    if (!value) return {};
    const auto credentials = sip::parse_credentials(*value);
    if (!credentials) return {};
    return std::string(credentials->params.value("integrity-protected").value_or(""));
  }
  return {};
}

}  // namespace sipward::test
