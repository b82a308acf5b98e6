// SPDX-License-Identifier: Apache-2.0
#include "tests/scenarios/home.h"

#include <algorithm>
#include <random>
#include <utility>

#include "agent/ims/internal.h"
#include "sip/reader.h"
#include "sip/writer.h"

namespace sipward::test {
namespace {

constexpr std::string_view kAccess = "198.51.100.10:5060";
constexpr std::string_view kNextHop = "198.51.100.99:5060";

sip::RandomSource seeded(std::uint64_t seed) {
  auto engine = std::make_shared<std::mt19937_64>(seed);
  return [engine] { return (*engine)(); };
}

bool is_register(std::string_view bytes) {
  while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  return bytes.starts_with("REGISTER ");
}

pcscf::Config pcscf_config() {
  pcscf::Config config;
  config.name = "pcscf1.home1.example";
  config.core = ims::pcscf_to_scscf();
  config.listeners = {*sip::Endpoint::parse(kAccess)};
  config.visited_network = "home1.example";
  config.tag_policy = ims::TagPolicy::kRequired;
  return config;
}

scscf::Config scscf_config() {
  scscf::Config config;
  config.name = "scscf1.home1.example";
  config.domains = {"home1.example"};
  config.realm = "home1.example";
  config.local = *sip::Endpoint::parse("198.51.100.20:5060");
  config.embedded_pcscf = "pcscf1.home1.example";
  config.next_hop = sip::Endpoint::parse(kNextHop);
  return config;
}

}  // namespace

bool KernelModel::install(const ims::KernelRow& row) {
  if (full && !rows_.contains(row.key)) return false;
  rows_[row.key] = row;
  last_seen_.erase(row.key);
  return true;
}

bool KernelModel::judge_suspect(const ims::KernelRow& row, sip::Time now) {
  const sip::Time before = last_seen_.try_emplace(row.key, now).first->second;
  const bool suspect = row.suspect || (row.silence.count() != 0 && now - before > row.silence);
  if (!suspect) last_seen_[row.key] = now;
  return suspect;
}

const ims::KernelRow* KernelModel::find(const ims::BindingKey& key) const {
  const auto it = rows_.find(key);
  return it == rows_.end() ? nullptr : &it->second;
}

std::optional<ims::Tag> KernelModel::judge(std::string_view bytes, const sip::Flow& flow,
                                           sip::Time now) {
  const ims::KernelRow* row =
      find({.ip = flow.remote.ip, .port = flow.remote.port, .transport = flow.transport});
  if (row == nullptr) row = find({.ip = flow.remote.ip});
  const bool bound = row != nullptr && row->expires > now;
  const bool suspect = bound && judge_suspect(*row, now);
  if (bound && (!suspect || tags_suspects)) {
    return ims::Tag{
        .verdict = suspect ? ims::Tag::Verdict::kSuspect : ims::Tag::Verdict::kBound,
        .binding = static_cast<std::uint16_t>(row->binding & ((1U << ims::kTagBindingBits) - 1)),
        .epoch = static_cast<std::uint8_t>(row->epoch & ((1U << ims::kTagEpochBits) - 1))};
  }
  if (is_register(bytes)) return ims::Tag{.verdict = ims::Tag::Verdict::kAdmitted};
  if (enforce) return std::nullopt;
  return ims::Tag{.verdict = ims::Tag::Verdict::kUnbound};
}

Home::Home(const Setup& setup) : access(*sip::Endpoint::parse(kAccess)) {
  pcscf::Config pcscf = pcscf_config();
  scscf::Config scscf = scscf_config();
  setup.pcscf(pcscf);
  setup.scscf(scscf);
  pcscf_ = std::make_unique<pcscf::Pcscf>(std::move(pcscf), seeded(setup.seed));
  scscf_ = std::make_unique<scscf::Scscf>(std::move(scscf), std::string(32, 'k'),
                                          seeded(setup.seed + 1));
  for (auto&& subscriber :
       {make_subscriber("alice", "alice-pw-1",
                        {"\"Alice\" <sip:alice@home1.example>", "<tel:+15551000>"}),
        make_subscriber("bob", "bob-pw-2", {"<sip:bob@home1.example>"}),
        make_subscriber("carol", "carol-pw-3", {"<sip:carol@home1.example>"}),
        make_subscriber("dave", "dave-pw-4", {"<sip:dave@home1.example>"})}) {
    subscribers[subscriber.impi.text] = subscriber;
  }
}

bool Home::arrive(const std::string& bytes, const sip::Endpoint& source) {
  auto datagram = queue(bytes, source);
  if (!datagram) return false;
  read(std::move(*datagram));
  return true;
}

std::optional<pcscf::Datagram> Home::queue(const std::string& bytes, const sip::Endpoint& source) {
  const sip::Flow flow{.local = access, .remote = source};
  const auto tag = kernel.judge(bytes, flow, now);
  if (!tag) return std::nullopt;
  return pcscf::Datagram{.bytes = bytes, .flow = flow, .tag = tag};
}

void Home::read(pcscf::Datagram datagram) {
  ims::Actions actions;
  pcscf_->receive_access(std::move(datagram), now, actions);
  perform(std::move(actions), true);
  settle();
}

void Home::from_core(sip::Message message) {
  internal_.push_back({.message = std::move(message), .to_scscf = false});
  settle();
}

void Home::release(std::size_t index) {
  internal_.push_back({.message = std::move(held_.at(index)), .released = true});
  held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(index));
  settle();
}

void Home::advance(sip::Duration by) {
  const sip::Time end = now + by;
  while (true) {
    sip::Time next = end;
    if (const auto due = pcscf_->deadline()) next = std::min(next, std::max(*due, now));
    if (const auto due = scscf_->deadline()) next = std::min(next, std::max(*due, now));
    now = next;
    ims::Actions first;
    pcscf_->tick(now, first);
    perform(std::move(first), true);
    ims::Actions second;
    scscf_->tick(now, second);
    perform(std::move(second), false);
    settle();
    if (now >= end) return;
    if (next == now) now += std::chrono::milliseconds(1);
  }
}

std::size_t Home::release_address(std::string_view ip) {
  ims::Actions actions;
  const std::size_t released = pcscf_->release({.ip = *sip::IpAddress::parse(ip)}, now, actions);
  perform(std::move(actions), true);
  settle();
  return released;
}

std::vector<sip::Message> Home::take(const sip::Endpoint& at) {
  return std::exchange(received_[at], {});
}

std::size_t Home::count(ims::EventKind kind) const {
  return static_cast<std::size_t>(
      std::count_if(events.begin(), events.end(), [&](const auto& e) { return e.kind == kind; }));
}

const pcscf::FlowBinding* Home::row(std::string_view source) const {
  return pcscf_->bindings().find({.local = access, .remote = *sip::Endpoint::parse(source)}, now);
}

void Home::perform(ims::Actions actions, bool from_pcscf) {
  for (ims::Action& action : actions) perform_one(action, from_pcscf);
}

void Home::perform_one(ims::Action& action, bool from_pcscf) {
  if (auto* install = std::get_if<ims::Install>(&action)) {
    ims::Actions next;
    pcscf_->installed(install->ticket, kernel.install(install->row), now, next);
    perform(std::move(next), true);
  } else if (auto* withdraw = std::get_if<ims::Withdraw>(&action)) {
    kernel.withdraw(withdraw->key);
  } else if (auto* challenged = std::get_if<ims::Challenged>(&action)) {
    kernel.challenged.push_back(challenged->ip);
  } else if (auto* send = std::get_if<ims::Send>(&action)) {
    deliver(std::move(*send), from_pcscf);
  } else if (auto* lookup = std::get_if<ims::Lookup>(&action)) {
    look_up(*lookup);
  } else if (auto* report = std::get_if<ims::Report>(&action)) {
    events.push_back(report->event);
  }
}

void Home::deliver(ims::Send send, bool from_pcscf) {
  sip::Outgoing& out = send.message;
  if (auto* value = std::get_if<sip::Message>(&out.content)) {
    if (from_pcscf) to_scscf.push_back(value->clone());
    internal_.push_back({.message = std::move(*value), .to_scscf = from_pcscf});
    return;
  }
  auto parsed = sip::parse_message(std::get<std::string>(out.content));
  if (!parsed) std::abort();  // what we write, we read
  if (from_pcscf) {
    received_[out.flow.remote].push_back(std::move(*parsed));
  } else {
    outside.push_back(std::move(*parsed));
  }
}

void Home::look_up(const ims::Lookup& lookup) {
  using Status = scscf::Scscf::LookupStatus;
  scscf::Scscf::LookupAnswer answer;
  for (const auto& [impi, subscriber] : subscribers) {
    const auto* by_impi = std::get_if<ims::Impi>(&lookup.by);
    const auto* by_impu = std::get_if<ims::Impu>(&lookup.by);
    const bool hit =
        by_impi != nullptr ? by_impi->text == impi : subscriber.find(*by_impu) != nullptr;
    if (hit) answer = {.status = Status::kFound, .subscriber = subscriber};
    if (hit) break;
  }
  ims::Actions actions;
  scscf_->found(lookup.ticket, std::move(answer), now, actions);
  perform(std::move(actions), false);
}

void Home::settle() {
  while (!internal_.empty()) {
    Internal next = std::move(internal_.front());
    internal_.pop_front();
    ims::Actions actions;
    if (next.to_scscf) {
      scscf_->receive(std::move(next.message), ims::scscf_to_pcscf(), now, actions);
    } else if (holding_ && !next.released && !next.message.is_request()) {
      held_.push_back(std::move(next.message));
    } else {
      pcscf_->receive_core(std::move(next.message), ims::pcscf_to_scscf(), now, actions);
    }
    perform(std::move(actions), !next.to_scscf);
  }
}

scscf::Subscriber make_subscriber(const std::string& name, const std::string& password,
                                  const std::vector<std::string>& identities) {
  scscf::Subscriber subscriber;
  subscriber.impi = {name + "_priv@home1.example"};
  subscriber.realm = "home1.example";
  for (const auto algorithm : {sip::DigestAlgorithm::kMd5, sip::DigestAlgorithm::kSha256}) {
    subscriber.ha1[algorithm] =
        sip::digest_ha1(algorithm, subscriber.impi.text, subscriber.realm, password);
  }
  for (const std::string& text : identities) {
    sip::NameAddr name_addr = *sip::parse_name_addr(text);
    const ims::Impu impu = *ims::Impu::from(name_addr.uri);
    subscriber.identities.push_back(
        {.name = std::move(name_addr), .impu = impu, .is_default = subscriber.identities.empty()});
  }
  return subscriber;
}

}  // namespace sipward::test
