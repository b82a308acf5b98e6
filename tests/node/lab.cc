// SPDX-License-Identifier: Apache-2.0
#include "tests/node/lab.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "agent/node/random.h"
#include "agent/store/subscriber_text.h"
#include "sip/auth.h"
#include "sip/digest.h"
#include "sip/reader.h"
#include "sip/writer.h"
#include "tests/net/loop.h"

namespace sipward::node {
namespace {

net::BoundUdp bind_any(std::string_view ip) {
  auto bound = net::bind_udp({.ip = *sip::IpAddress::parse(ip)}, {});
  if (!bound) throw std::runtime_error(bound.error());
  return std::move(*bound);
}

std::string password_of(std::string_view name) { return std::string(name) + "-password"; }

}  // namespace

bool MapModel::install(const ims::KernelRow& row) {
  asked.push_back("install " + row.key.text());
  if (full) return false;
  std::erase_if(rows, [&](const auto& old) { return old.key == row.key; });
  rows.push_back(row);
  return true;
}

void MapModel::withdraw(const ims::BindingKey& key) {
  asked.push_back("withdraw " + key.text());
  std::erase_if(rows, [&](const auto& old) { return old.key == key; });
}

std::optional<ims::KernelRow> MapModel::find(const ims::BindingKey& key) const {
  for (const auto& row : rows) {
    if (row.key == key) return row;
  }
  return std::nullopt;
}

ims::Drift MapModel::reconcile(std::span<const ims::KernelRow> wanted) {
  asked.emplace_back("reconcile");
  const ims::Drift drift{.missing = wanted.size(), .extra = rows.size()};
  rows.assign(wanted.begin(), wanted.end());
  return drift;
}

bool MapModel::beat(sip::Time /*now*/) {
  ++beats;
  return std::exchange(replaced, false);
}

void MapModel::note_challenged(const sip::IpAddress& ip) {
  asked.push_back("challenged " + ip.text());
}

std::optional<ims::Tag> MapModel::read_tag(std::uint32_t /*mark*/) const { return tag; }

std::optional<ims::Anchor> MapModel::anchor_of(std::uint32_t /*seat*/, const sip::Flow& /*flow*/) {
  return noted;
}

/// The sockets, bound before the configuration names them: the kernel chooses the ports.
struct Lab::Bound {
  net::BoundUdp access;
  net::BoundUdp core;
  net::BoundUdp home;
};

Lab::Lab(Shape shape, std::uint32_t min_expires, GateMode gate)
    : log({.level = ops::LogLevel::kDebug, .rate = 1'000},
          [this](const ops::LogRecord& record) { log_lines.push_back(record.text); }),
      min_expires_(min_expires),
      gate_(gate) {
  provision();
  Bound bound{bind_any("127.0.0.1"), bind_any("127.0.0.1"), bind_any("127.0.0.1")};
  access = bound.access.local;
  shape == Shape::kOneNode ? build_one(std::move(bound)) : build_two(std::move(bound));
  if (home) home->start();
  edge->start();
}

void Lab::build_one(Bound bound) {
  ops::Config config;
  if (gate_) config.gate = ops::GateConfig{.interfaces = {}, .mode = *gate_};
  config.pcscf = pcscf_config();
  config.scscf = scscf_config();
  NodeSockets sockets;
  sockets.access.push_back(std::move(bound.access));
  edge = make_node(config, std::move(sockets));
}

void Lab::build_two(Bound bound) {
  ops::Config at_home;
  at_home.scscf = scscf_config();
  at_home.scscf->listen = bound.home.local;
  at_home.scscf->trusted_peers = {bound.core.local.ip};
  ops::Config at_edge;
  at_edge.pcscf = pcscf_config();
  at_edge.pcscf->core_listen = bound.core.local;
  at_edge.pcscf->upstream = bound.home.local;
  at_edge.pcscf->name = "127.0.0.1";  // the S-CSCF must find it without DNS
  NodeSockets edge_sockets;
  edge_sockets.access.push_back(std::move(bound.access));
  edge_sockets.core.push_back(std::move(bound.core));
  NodeSockets home_sockets;
  home_sockets.home.push_back(std::move(bound.home));
  home = make_node(at_home, std::move(home_sockets));
  edge = make_node(at_edge, std::move(edge_sockets));
}

ops::PcscfConfig Lab::pcscf_config() const {
  ops::PcscfConfig config;
  config.listen = {access};
  config.name = "pcscf.home1.example";
  config.visited_network = "home1.example";
  return config;
}

ops::ScscfConfig Lab::scscf_config() const {
  ops::ScscfConfig config;
  config.name = "scscf.home1.example";
  config.domains = {"home1.example"};
  config.realm = "home1.example";
  config.subscribers = folder.file("subscribers.db");
  config.min_expires = min_expires_;
  return config;
}

std::unique_ptr<Node> Lab::make_node(const ops::Config& config, NodeSockets sockets) {
  NodeParts parts{.sockets = std::move(sockets),
                  .bindings = std::make_unique<NoBindingMap>(),
                  .subscribers = {},
                  .nonce_key = random_octets(32),
                  .random = make_random_source()};
  if (config.pcscf) {
    auto model = std::make_unique<MapModel>();
    map = model.get();
    parts.bindings = std::move(model);
    auto events = std::make_unique<RingModel>();
    ring = events.get();
    parts.gate_events = std::move(events);
  }
  if (config.scscf) {
    parts.subscribers =
        std::make_unique<SubscriberLookup>(io, store::SubscriberStore(config.scscf->subscribers));
  }
  return std::make_unique<Node>(io, config, std::move(parts), log);
}

void Lab::provision() {
  store::SubscriberStore store(folder.file("subscribers.db"),
                               store::SubscriberStore::Open::kCreate);
  for (const std::string name : {"alice", "bob"}) {
    const auto subscriber =
        store::make_subscriber({.impi = name + "_priv@home1.example",
                                .realm = {},
                                .password = password_of(name),
                                .identities = {"sip:" + name + "@home1.example"},
                                .algorithms = {}});
    if (!subscriber || store.add(*subscriber)) throw std::runtime_error("cannot provision " + name);
  }
}

bool Lab::until(const std::function<bool()>& done) { return net::run_until(io, done); }

Phone::Phone(Lab& lab, std::string name, std::string_view ip)
    : lab_(lab), name_(std::move(name)), socket_(lab.io, bind_any(ip)) {
  socket_.start([this](std::span<const net::Received> batch) {
    for (const net::Received& one : batch) inbox_.emplace_back(one.bytes);
  });
}

std::string Phone::request(std::string_view method, std::string_view uri, std::string_view more) {
  const std::string here = socket_.local().text();
  ++counter_;
  return fmt::format(
      "{} {} SIP/2.0\r\n"
      "Via: SIP/2.0/UDP {};branch=z9hG4bK-{}-{};rport\r\n"
      "Max-Forwards: 70\r\n"
      "From: <sip:{}@home1.example>;tag=t{}\r\n"
      "To: <{}>\r\n"
      "Call-ID: c-{}\r\n"
      "CSeq: {} {}\r\n"
      "{}Content-Length: 0\r\n\r\n",
      method, uri, here, name_, counter_, name_, counter_,
      method == "REGISTER" ? "sip:" + name_ + "@home1.example" : std::string(uri), name_, counter_,
      method, more);
}

int Phone::register_now(std::uint32_t expires) {
  const std::string contact =
      fmt::format("Contact: <sip:{}@{}>;expires={}\r\n", name_, socket_.local().text(), expires);
  const std::string impi = name_ + "_priv@home1.example";
  send(request("REGISTER", "sip:home1.example", contact));
  const auto challenged = next();
  if (!challenged || challenged->status() != 401) return challenged ? challenged->status() : 0;
  const auto challenge =
      sip::parse_challenge(challenged->find(sip::Field::kWwwAuthenticate).value_or(""));
  if (!challenge) return 0;
  const auto algorithm = *sip::parse_algorithm(challenge->algorithm);
  const std::string ha1 = sip::digest_ha1(algorithm, impi, challenge->realm, password_of(name_));
  const std::string response = sip::digest_response({.algorithm = algorithm,
                                                     .ha1 = ha1,
                                                     .nonce = challenge->nonce,
                                                     .nc = "00000001",
                                                     .cnonce = "c0a8",
                                                     .method = "REGISTER",
                                                     .uri = "sip:home1.example"});
  const std::string authorization = fmt::format(
      "Authorization: Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", "
      "uri=\"sip:home1.example\", response=\"{}\", algorithm={}, cnonce=\"c0a8\", qop=auth, "
      "nc=00000001\r\n",
      impi, challenge->realm, challenge->nonce, response, challenge->algorithm);
  send(request("REGISTER", "sip:home1.example", contact + authorization));
  return next_status();
}

void Phone::send(std::string_view text) { socket_.send(lab_.access, std::string(text)); }

std::string Phone::register_text() { return request("REGISTER", "sip:home1.example", ""); }

std::string Phone::message_to(std::string_view uri, std::string_view more_headers) {
  return request("MESSAGE", uri, more_headers);
}

std::optional<sip::Message> Phone::next() {
  if (!lab_.until([this] { return !inbox_.empty(); })) return std::nullopt;
  auto message = sip::parse_message(std::move(inbox_.front()));
  inbox_.pop_front();
  if (!message) throw std::runtime_error(message.error().describe());
  return std::move(*message);
}

int Phone::next_status() {
  while (auto message = next()) {
    if (!message->is_request() && message->status() >= 200) return message->status();
  }
  return 0;
}

void Phone::answer(const sip::Message& request, int status) {
  sip::Message response = sip::Message::response(status);
  for (const auto field : {sip::Field::kVia, sip::Field::kFrom, sip::Field::kTo,
                           sip::Field::kCallId, sip::Field::kCSeq}) {
    for (const std::string_view value : request.all(field)) {
      const bool tagless = field == sip::Field::kTo;
      response.add(field, tagless ? std::string(value) + ";tag=answer" : std::string(value));
    }
  }
  send(sip::write_message(response));
}

}  // namespace sipward::node
