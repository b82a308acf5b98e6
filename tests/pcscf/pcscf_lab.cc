// SPDX-License-Identifier: Apache-2.0
#include "tests/pcscf/pcscf_lab.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

#include "sip/headers.h"
#include "sip/reader.h"
#include "sip/writer.h"

namespace sipward::pcscf::test {
namespace {

constexpr std::string_view kOwnCoreSide = "10.0.0.1:5060";

sip::Message read(const std::string& bytes) {
  auto parsed = sip::parse_message(bytes);
  EXPECT_TRUE(parsed.ok()) << (parsed ? "" : parsed.error().describe()) << '\n' << bytes;
  if (!parsed) std::abort();
  return std::move(*parsed);
}

sip::Message make_answer(const sip::Message& request, int status,
                         const std::vector<std::string>& headers) {
  sip::Message response = sip::make_response(request, status, "answerer");
  for (const auto value : request.all(sip::Field::kRecordRoute)) {
    response.add(sip::Field::kRecordRoute, value);
  }
  add_lines(response, headers);
  return response;
}

}  // namespace

sip::Endpoint endpoint(std::string_view text) { return sip::Endpoint::parse(text).value(); }

sip::RandomSource seeded(std::uint64_t seed) {
  auto engine = std::make_shared<std::mt19937_64>(seed);
  return [engine] { return (*engine)(); };
}

void add_lines(sip::Message& message, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(':');
    const std::string name = line.substr(0, colon);
    const sip::Field field = sip::parse_field(name);
    const std::string value =
        line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
    if (field == sip::Field::kUnknown) {
      message.add_unknown(name, value);
    } else {
      message.add(field, value);
    }
  }
}

std::string values(const sip::Message& message, sip::Field field) {
  std::string text;
  for (const auto value : message.all(field))
    text += (text.empty() ? "" : ", ") + std::string(value);
  return text;
}

std::string Phone::contact_value() const {
  const std::string host = contact.empty() ? (via.empty() ? source : via) : contact;
  std::string value = "<sip:" + name + "@" + host + ">";
  if (reg_id > 0) {
    value += ";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-" + name +
             ">\";reg-id=" + std::to_string(reg_id);
  }
  return value;
}

UeRequest Phone::request(const std::string& authorization, int expires) const {
  UeRequest request{.method = "REGISTER", .uri = "sip:home1.example", .headers = headers};
  request.to = to.empty() ? "<" + aor() + ">" : to;
  request.from = request.to + ";tag=r1";
  request.call_id = call_id.empty() ? "reg-" + name : call_id;
  request.via = via;
  request.via_params = via_params;
  request.headers.push_back("Contact: " + contact_value() + ";expires=" + std::to_string(expires));
  if (reg_id > 0) request.headers.emplace_back("Supported: path, outbound");
  if (!authorization.empty()) request.headers.push_back("Authorization: " + authorization);
  return request;
}

std::string Phone::answered() const {
  return "Digest username=\"" + impi() +
         "\", realm=\"home1.example\", nonce=\"n1\", uri=\"sip:home1.example\", "
         "response=\"652ebd4dc230ab239824fd45d4d9bd33\", algorithm=MD5, cnonce=\"c0a80001\", "
         "qop=auth, nc=00000001";
}

std::string Phone::unanswered() const {
  return "Digest username=\"" + impi() +
         "\", realm=\"home1.example\", nonce=\"\", uri=\"sip:home1.example\", response=\"\"";
}

Lab::Lab(const std::function<void(Config&)>& change, std::uint64_t seed) {
  Config config;
  config.name = "pcscf1.home1.example";
  config.core = {.local = endpoint(kOwnCoreSide), .remote = endpoint(kCore)};
  config.listeners = {endpoint(kAccess)};
  config.visited_network = "home1.example";
  change(config);
  pcscf_ = std::make_unique<Pcscf>(std::move(config), seeded(seed));
}

void Lab::receive(const std::string& bytes, std::string_view source) {
  receive_at(bytes, {.local = endpoint(kAccess), .remote = endpoint(source)}, tag);
}

void Lab::receive_at(const std::string& bytes, const sip::Flow& flow,
                     std::optional<ims::Tag> with) {
  ims::Actions actions;
  pcscf_->receive_access({.bytes = bytes, .flow = flow, .tag = with, .anchor = anchor}, now,
                         actions);
  perform(std::move(actions));
}

std::string Lab::send(UeRequest request, std::string_view source) {
  if (request.branch.empty()) request.branch = "z9hG4bKue" + std::to_string(++counter_);
  if (request.via.empty()) request.via = source;
  std::string text = request.method + " " + request.uri + " SIP/2.0\r\n";
  text += "Via: SIP/2.0/UDP " + request.via + ";branch=" + request.branch + ";rport" +
          request.via_params + "\r\n";
  text += "Max-Forwards: 70\r\nFrom: " + request.from + "\r\nTo: " + request.to + "\r\n";
  text += "Call-ID: " + request.call_id + "\r\n";
  text += "CSeq: " + std::to_string(request.cseq) + " " + request.method + "\r\n";
  for (const std::string& line : request.headers) text += line + "\r\n";
  text += "Content-Length: 0\r\n\r\n";
  receive(text, source);
  return text;
}

void Lab::from_core(const sip::Message& message, std::string_view peer) {
  ims::Actions actions;
  pcscf_->receive_core(read(sip::write_message(message)),
                       {.local = endpoint(kOwnCoreSide), .remote = endpoint(peer)}, now, actions);
  perform(std::move(actions));
}

void Lab::core_answers(const sip::Message& request, int status,
                       const std::vector<std::string>& headers) {
  from_core(make_answer(request, status, headers));
}

void Lab::ue_answers(std::string_view source, const sip::Message& request, int status,
                     const std::vector<std::string>& headers) {
  receive(sip::write_message(make_answer(request, status, headers)), source);
}

void Lab::advance(sip::Duration by) {
  const sip::Time end = now + by;
  while (now < end) {
    const auto due = pcscf_->deadline();
    now = due && *due < end ? std::max(*due, now + 1ms) : end;
    ims::Actions actions;
    pcscf_->tick(now, actions);
    perform(std::move(actions));
  }
}

std::size_t Lab::release(const ReleasedSource& source) {
  ims::Actions actions;
  const std::size_t released = pcscf_->release(source, now, actions);
  perform(std::move(actions));
  return released;
}

const sip::Message* Lab::send_register(const Phone& phone) {
  return send_register(phone, phone.answered());
}

const sip::Message* Lab::send_register(const Phone& phone, const std::string& authorization,
                                       int expires) {
  const std::size_t before = to_core.size();
  send(phone.request(authorization, expires), phone.source);
  return to_core.size() > before ? to_core.back().get() : nullptr;
}

void Lab::grant(const sip::Message& request, const Granting& granting) {
  std::vector<std::string> lines = granting.headers;
  for (const auto path : request.all(sip::Field::kPath))
    lines.push_back("Path: " + std::string(path));
  const auto path = sip::first_name_addr(request, sip::Field::kPath);
  if (granting.outbound && path->uri.params.has("ob")) lines.emplace_back("Require: outbound");
  for (const std::string& route : granting.service_route)
    lines.push_back("Service-Route: " + route);
  if (granting.identities.empty()) {
    lines.push_back("P-Associated-URI: <" + sip::to(request)->uri.text() + ">");
  }
  for (const std::string& identity : granting.identities) {
    lines.push_back("P-Associated-URI: " + identity);
  }
  if (granting.contacts) {
    for (const std::string& contact : *granting.contacts) lines.push_back("Contact: " + contact);
  } else if (granting.expires > 0) {
    auto contact = sip::first_name_addr(request, sip::Field::kContact).value();
    contact.params.set("expires", std::to_string(granting.expires));
    lines.push_back("Contact: " + contact.text());
  }
  core_answers(request, 200, lines);
}

int Lab::register_phone(const Phone& phone, const Granting& granting) {
  to_ue.erase(phone.source);
  const sip::Message* request = send_register(phone);
  if (request != nullptr) {
    const sip::Message copy = request->clone();
    grant(copy, granting);
  }
  return status_at(phone.source);
}

const sip::Message* Lab::last_to_core() const {
  return to_core.empty() ? nullptr : to_core.back().get();
}

const sip::Message* Lab::last_to(std::string_view source) const {
  const auto it = to_ue.find(std::string(source));
  return it == to_ue.end() || it->second.empty() ? nullptr : it->second.back().get();
}

int Lab::status_at(std::string_view source) const {
  const sip::Message* last = last_to(source);
  return last == nullptr ? 0 : last->status();
}

int Lab::status_at_core() const {
  const sip::Message* last = last_to_core();
  return last == nullptr ? 0 : last->status();
}

std::size_t Lab::count(ims::EventKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(), [&](const auto& e) { return e.kind == kind; }));
}

void Lab::forget() {
  to_core.clear();
  to_ue.clear();
  events.clear();
  trace.clear();
}

const FlowBinding* Lab::row(std::string_view source) const {
  return table().find({.local = endpoint(kAccess), .remote = endpoint(source)}, now);
}

void Lab::perform(ims::Actions actions) {
  for (ims::Action& action : actions) {
    if (auto* install = std::get_if<ims::Install>(&action)) {
      trace.push_back("install " + install->row.key.text());
      open_installs_.push_back(*install);
      if (!kernel_waits) kernel_answers();
    } else if (auto* withdraw = std::get_if<ims::Withdraw>(&action)) {
      trace.push_back("withdraw " + withdraw->key.text());
      kernel.erase(withdraw->key);
    } else if (auto* challenged = std::get_if<ims::Challenged>(&action)) {
      trace.push_back("challenged " + challenged->ip.text());
    } else if (auto* outgoing = std::get_if<ims::Send>(&action)) {
      deliver(outgoing->message);
    } else if (auto* report = std::get_if<ims::Report>(&action)) {
      events.push_back(report->event);
    }
  }
}

void Lab::kernel_answers() {
  for (const ims::Install& install : std::exchange(open_installs_, {})) {
    if (!kernel_refuses) kernel[install.row.key] = install.row;
    ims::Actions next;
    pcscf_->installed(install.ticket, !kernel_refuses, now, next);
    perform(std::move(next));
  }
}

void Lab::deliver(const sip::Outgoing& outgoing) {
  auto message = std::make_unique<sip::Message>(read(std::get<std::string>(outgoing.content)));
  const bool core = outgoing.flow.remote == endpoint(kCore);
  const std::string where = core ? "core" : outgoing.flow.remote.text();
  trace.push_back(where + " " +
                  (message->is_request() ? std::string(message->method_text())
                                         : std::to_string(message->status())));
  (core ? to_core : to_ue[where]).push_back(std::move(message));
}

sip::Message CoreRequest::message() const {
  sip::Message request =
      sip::Message::request(method, std::move(*sip::parse_uri("sip:alice@203.0.113.7:5060")));
  std::vector<std::string> lines = {"Via: SIP/2.0/UDP 10.0.0.2:5060;branch=" + branch,
                                    "Max-Forwards: 69",
                                    "From: " + from,
                                    "To: " + to,
                                    "Call-ID: " + call_id,
                                    "CSeq: 1 " + method};
  if (!route.empty()) lines.push_back("Route: " + route);
  lines.insert(lines.end(), headers.begin(), headers.end());
  add_lines(request, lines);
  return request;
}

}  // namespace sipward::pcscf::test
