// SPDX-License-Identifier: Apache-2.0
#include "tests/scscf/role.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <utility>

#include "sip/digest.h"
#include "sip/headers.h"
#include "sip/reader.h"

namespace sipward::scscf::test {
namespace {

sip::RandomSource seeded(std::uint64_t seed) {
  auto engine = std::make_shared<std::mt19937_64>(seed);
  return [engine] { return (*engine)(); };
}

sip::Message parse(const std::string& text) {
  auto message = sip::parse_message(text);
  if (!message) {
    std::cerr << message.error().describe() << "\n" << text;
    std::abort();  // the test itself is wrong
  }
  return std::move(*message);
}

int next_number() {
  static int number = 0;
  return ++number;
}

std::string vias(const std::string& source, int number) {
  const std::size_t colon = source.rfind(':');
  const std::string n = std::to_string(number);
  return "Via: SIP/2.0/UDP pcscf1.home1.example;branch=z9hG4bKp" + n +
         "\r\nVia: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKu" + n +
         ";received=" + source.substr(0, colon) + ";rport=" + source.substr(colon + 1) + "\r\n";
}

std::string finish(const std::vector<std::string>& headers) {
  std::string text;
  for (const std::string& line : headers) text += line + "\r\n";
  return text + "Content-Length: 0\r\n\r\n";
}

}  // namespace

Subscriber make_user(const std::string& impi, const std::string& password,
                     const std::vector<std::string>& identities) {
  Subscriber user;
  user.impi = {impi};
  user.realm = "home1.example";
  for (const auto algorithm : kDefaultAlgorithms) {
    user.ha1[algorithm] = sip::digest_ha1(algorithm, impi, user.realm, password);
  }
  for (const std::string& text : identities) {
    sip::NameAddr name = *sip::parse_name_addr(text);
    const ims::Impu impu = *ims::Impu::from(name.uri);
    user.identities.push_back(
        {.name = std::move(name), .impu = impu, .is_default = user.identities.empty()});
  }
  return user;
}

Role::Role(const std::function<void(Config&)>& change, std::string nonce_key) {
  config.name = "scscf1.home1.example";
  config.domains = {"home1.example"};
  config.realm = "home1.example";
  config.local = *sip::Endpoint::parse("198.51.100.20:5060");
  config.embedded_pcscf = "pcscf1.home1.example";
  config.next_hop = sip::Endpoint::parse("198.51.100.99:5060");
  change(config);
  scscf = std::make_unique<Scscf>(config, std::move(nonce_key), seeded(7));
  subscribers[kAliceImpi] = make_user(kAliceImpi, "alice-pw-1",
                                      {"\"Alice\" <sip:alice@home1.example>", "<tel:+15551000>"});
  subscribers[kBobImpi] = make_user(kBobImpi, "bob-pw-2", {"<sip:bob@home1.example>"});
}

void Role::receive(const std::string& text, const sip::Flow& peer) {
  ims::Actions actions;
  scscf->receive(parse(text), peer, now, actions);
  perform(std::move(actions));
}

void Role::advance(sip::Duration by) {
  const sip::Time end = now + by;
  while (true) {
    const auto due = scscf->deadline();
    now = due ? std::clamp(*due, now, end) : end;
    ims::Actions actions;
    scscf->tick(now, actions);
    perform(std::move(actions));
    if (now >= end) return;
    if (scscf->deadline() == now) now += std::chrono::milliseconds(1);
  }
}

void Role::answer_next(std::optional<Scscf::LookupStatus> instead) {
  const ims::Lookup lookup = std::move(lookups.front());
  lookups.pop_front();
  Scscf::LookupAnswer answer;
  for (const auto& [impi, subscriber] : subscribers) {
    const auto* by_impi = std::get_if<ims::Impi>(&lookup.by);
    const bool hit = by_impi != nullptr
                         ? by_impi->text == impi
                         : subscriber.find(std::get<ims::Impu>(lookup.by)) != nullptr;
    if (!hit) continue;
    answer = {.status = Scscf::LookupStatus::kFound, .subscriber = subscriber};
    break;
  }
  if (instead) answer.status = *instead;
  ims::Actions actions;
  scscf->found(lookup.ticket, std::move(answer), now, actions);
  perform(std::move(actions));
}

void Role::perform(ims::Actions actions) {
  for (ims::Action& action : actions) {
    if (auto* send = std::get_if<ims::Send>(&action)) {
      auto& content = send->message.content;
      sip::Message message = std::holds_alternative<sip::Message>(content)
                                 ? std::move(std::get<sip::Message>(content))
                                 : parse(std::get<std::string>(content));
      sent.push_back({.message = std::move(message), .flow = send->message.flow});
    } else if (auto* lookup = std::get_if<ims::Lookup>(&action)) {
      lookups.push_back(std::move(*lookup));
    } else if (auto* report = std::get_if<ims::Report>(&action)) {
      events.push_back(std::move(report->event));
    }
  }
  if (!hold_lookups && !lookups.empty()) answer_next();
}

const sip::Message& Role::response() const {
  for (auto it = sent.rbegin(); it != sent.rend(); ++it) {
    if (it->message.status() > 100) return it->message;
  }
  std::cerr << "no response was sent\n";
  std::abort();
}

int Role::status() const {
  for (auto it = sent.rbegin(); it != sent.rend(); ++it) {
    if (it->message.status() > 100) return it->message.status();
  }
  return 0;
}

std::vector<const Role::Sent*> Role::forwarded() const {
  std::vector<const Sent*> requests;
  for (const Sent& one : sent) {
    if (one.message.is_request()) requests.push_back(&one);
  }
  return requests;
}

std::size_t Role::count(ims::EventKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(), [&](const auto& e) { return e.kind == kind; }));
}

std::string text_of(const Register& request) {
  const int number = next_number();
  std::string text = "REGISTER " + request.uri + " SIP/2.0\r\n" + vias(request.source, number) +
                     "Max-Forwards: 69\r\nFrom: <sip:" + request.user +
                     "@home1.example>;tag=a1\r\nTo: <sip:" + request.user +
                     "@home1.example>\r\nCall-ID: " + request.call_id +
                     "\r\nCSeq: " + std::to_string(number) + " REGISTER\r\n";
  if (!request.path.empty()) text += "Path: " + request.path + "\r\nRequire: path\r\n";
  if (!request.contact.empty()) text += "Contact: " + request.contact + "\r\n";
  if (!request.authorization.empty()) text += "Authorization: " + request.authorization + "\r\n";
  return text + finish(request.headers);
}

std::string text_of(const Request& request) {
  const int number = next_number();
  const std::string n = std::to_string(number);
  std::string text = request.method + " " + request.uri + " SIP/2.0\r\n" +
                     vias(request.source, number) +
                     "Max-Forwards: 69\r\nFrom: <sip:anything@anywhere.invalid>;tag=x\r\nTo: <" +
                     request.uri + ">" + (request.to_tag.empty() ? "" : ";tag=") + request.to_tag +
                     "\r\nCall-ID: call-" + n + "\r\nCSeq: " + n + " " + request.method + "\r\n";
  if (request.method == "INVITE") text += "Contact: <sip:ue@10.0.0.5:5060>\r\n";
  if (!request.route.empty()) text += "Route: " + request.route + "\r\n";
  if (!request.asserted.empty()) text += "P-Asserted-Identity: " + request.asserted + "\r\n";
  if (!request.credentials.empty()) {
    text += "Proxy-Authorization: " + request.credentials + "\r\n";
  }
  return text + finish(request.headers);
}

std::string credentials_for(const std::string& nonce, const UeAnswer& how) {
  const auto algorithm = sip::parse_algorithm(how.algorithm).value();
  const std::string response = sip::digest_response(
      {.algorithm = algorithm,
       .ha1 = sip::digest_ha1(algorithm, how.impi, "home1.example", how.password),
       .nonce = nonce,
       .nc = how.nc,
       .cnonce = how.cnonce,
       .method = how.method,
       .uri = how.uri});
  std::string text = "Digest username=\"" + how.impi + "\", realm=\"home1.example\", nonce=\"" +
                     nonce + "\", uri=\"" + how.uri + "\", response=\"" + response + "\"";
  const std::string claimed = how.claimed.empty() ? how.algorithm : how.claimed;
  if (claimed != "-") text += ", algorithm=" + claimed;
  if (!how.cnonce.empty()) text += ", cnonce=\"" + how.cnonce + "\"";
  if (!how.qop.empty()) text += ", qop=" + how.qop;
  if (!how.nc.empty()) text += ", nc=" + how.nc;
  return text;
}

std::vector<sip::Challenge> challenges_of(const sip::Message& response) {
  std::vector<sip::Challenge> challenges;
  for (const auto field : {sip::Field::kWwwAuthenticate, sip::Field::kProxyAuthenticate}) {
    for (const auto row : response.all(field)) challenges.push_back(*sip::parse_challenge(row));
  }
  return challenges;
}

std::string info_value(const sip::Message& response, const std::string& name) {
  const std::string text =
      ", " + std::string(response.find(sip::Field::kAuthenticationInfo).value_or(""));
  std::size_t at = text.find(", " + name + "=");
  if (at == std::string::npos) return {};
  at += name.size() + 3;
  const std::size_t end = std::min(text.find(',', at), text.size());
  std::string value = text.substr(at, end - at);
  std::erase(value, '"');
  return value;
}

bool register_user(Role& role, Register request, UeAnswer how, const std::string& flag) {
  request.authorization = "Digest username=\"" + how.impi +
                          "\", realm=\"home1.example\", nonce=\"\", uri=\"" + how.uri +
                          "\", response=\"\"";
  role.receive(text_of(request));
  if (role.status() != 401) return false;
  request.authorization = credentials_for(challenges_of(role.response()).front().nonce, how);
  if (!flag.empty()) request.authorization += ", integrity-protected=\"" + flag + "\"";
  role.receive(text_of(request));
  return role.status() == 200;
}

bool register_alice(Role& role) { return register_user(role, {}, {}); }

bool register_bob(Role& role) {
  return register_user(role,
                       {.user = "bob",
                        .contact = "<sip:bob@10.0.0.6:5060>;expires=3600",
                        .source = "203.0.113.8:5060",
                        .call_id = "reg-bob"},
                       {.impi = kBobImpi, .password = "bob-pw-2"});
}

}  // namespace sipward::scscf::test
