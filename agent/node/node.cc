// SPDX-License-Identifier: Apache-2.0
#include "agent/node/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "agent/ims/internal.h"
#include "agent/node/role_config.h"
#include "sip/reader.h"

namespace sipward::node {
namespace {

/// A deadline in the past is served at once, but never in a loop that starves the sockets.
constexpr sip::Duration kLeastWait = std::chrono::milliseconds(1);

constexpr sip::Duration kHeartbeat = std::chrono::seconds(1);

std::optional<sip::Time> earlier(std::optional<sip::Time> a, std::optional<sip::Time> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

Node::Node(net::asio::io_context& io, const ops::Config& config, NodeParts parts, ops::Log& log)
    : io_(io),
      log_(log),
      bindings_(std::move(parts.bindings)),
      gate_events_(io, std::move(parts.gate_events)),
      open_gate_events_(std::move(parts.open_gate_events)),
      timer_(io),
      heart_(io),
      subscribers_(std::move(parts.subscribers)) {
  if (config.pcscf) {
    pcscf::Config role = make_pcscf_config(config);
    tag_policy_ = role.tag_policy;
    pcscf_ = std::make_unique<pcscf::Pcscf>(std::move(role), parts.random);
  }
  if (config.scscf) {
    scscf_ = std::make_unique<scscf::Scscf>(make_scscf_config(config), std::move(parts.nonce_key),
                                            std::move(parts.random));
  }
  adopt(std::move(parts.sockets.access), &Node::from_access);
  adopt(std::move(parts.sockets.core), &Node::from_core);
  adopt(std::move(parts.sockets.home), &Node::to_scscf);
}

Node::~Node() = default;

void Node::adopt(std::vector<net::BoundUdp> bound, Entry entry) {
  for (net::BoundUdp& one : bound) {
    sockets_.push_back(std::make_unique<net::UdpSocket>(io_, std::move(one)));
    entries_.push_back(entry);
    by_local_[sockets_.back()->local()] = sockets_.back().get();
  }
}

void Node::start() {
  reconcile();
  beat();
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    sockets_[i]->start([this, local = sockets_[i]->local(), entry = entries_[i]](auto batch) {
      receive(batch, local, entry);
    });
  }
  gate_events_.start();
  arm();
}

ims::Drift Node::reconcile() {
  if (!pcscf_) return {};
  const ims::Drift drift = bindings_->reconcile(pcscf_->bindings().kernel_rows());
  ims::Drift& all = counters_.drift;
  all.missing += drift.missing;
  all.different += drift.different;
  all.extra += drift.extra;
  all.refused += drift.refused;
  if (drift.any()) {
    log_.say(ops::LogLevel::kNotice,
             fmt::format("the kernel's rows did not agree with the table: {} were missing, {} were "
                         "different, {} nobody knows and are removed; {} could not be written",
                         drift.missing, drift.different, drift.extra, drift.refused));
  }
  return drift;
}

void Node::beat() {
  if (bindings_->beat(std::chrono::steady_clock::now())) {
    reconcile();
    if (open_gate_events_) gate_events_.replace(open_gate_events_());
  }
  heart_.expires_after(kHeartbeat);
  heart_.async_wait([this](net::ErrorCode error) {
    if (!error) beat();
  });
}

void Node::receive(std::span<const net::Received> batch, const sip::Endpoint& local, Entry entry) {
  now_ = std::chrono::steady_clock::now();
  for (const net::Received& datagram : batch) (this->*entry)(datagram, local);
  arm();
}

void Node::from_access(const net::Received& datagram, const sip::Endpoint& local) {
  pcscf::Datagram arrived{.bytes = std::string(datagram.bytes),
                          .flow = {.local = local, .remote = datagram.remote},
                          .tag = bindings_->read_tag(datagram.mark)};
  find_anchor(arrived);
  ims::Actions actions;
  pcscf_->receive_access(arrived, now_, actions);
  settle(Role::kPcscf, std::move(actions));
}

/// A row made without an anchor is one that any spoofer may use: what was admitted and cannot be
/// told any more where it entered goes without a tag, and the UE sends it again.
void Node::find_anchor(pcscf::Datagram& datagram) {
  using Verdict = ims::Tag::Verdict;
  const auto& tag = datagram.tag;
  const bool seated =
      tag && (tag->verdict == Verdict::kAdmitted || tag->verdict == Verdict::kEmergency);
  if (!seated || !bindings_->notes_anchors()) return;
  datagram.anchor = bindings_->anchor_of(tag->seat, datagram.flow);
  if (datagram.anchor || tag_policy_ != ims::TagPolicy::kRequired) return;
  ++counters_.seats_lost;
  datagram.tag.reset();
}

void Node::from_core(const net::Received& datagram, const sip::Endpoint& local) {
  const sip::Flow flow{.local = local, .remote = datagram.remote};
  auto message = read(datagram, flow);
  if (!message) return;
  ims::Actions actions;
  pcscf_->receive_core(std::move(*message), flow, now_, actions);
  settle(Role::kPcscf, std::move(actions));
}

void Node::to_scscf(const net::Received& datagram, const sip::Endpoint& local) {
  const sip::Flow flow{.local = local, .remote = datagram.remote};
  auto message = read(datagram, flow);
  if (!message) return;
  ims::Actions actions;
  scscf_->receive(std::move(*message), flow, now_, actions);
  settle(Role::kScscf, std::move(actions));
}

/// Nobody is answered whose message does not parse on the core side: it is a peer's mistake, which
/// the log tells, or a stranger's attempt, which deserves no word.
std::optional<sip::Message> Node::read(const net::Received& datagram, const sip::Flow& flow) {
  auto message = sip::parse_message(std::string(datagram.bytes));
  if (message) return std::move(*message);
  ims::Actions actions;
  actions.push_back(ims::Report{{.kind = ims::EventKind::kMalformed,
                                 .flow = flow,
                                 .impi = {},
                                 .impu = {},
                                 .detail = message.error().describe()}});
  settle(Role::kPcscf, std::move(actions));
  return std::nullopt;
}

bool Node::remove_binding(const ims::BindingKey& key) {
  if (!pcscf_) return false;
  now_ = std::chrono::steady_clock::now();
  ims::Actions actions;
  const bool removed = pcscf_->remove(key, now_, actions);
  settle(Role::kPcscf, std::move(actions));
  arm();
  return removed;
}

std::size_t Node::release(const pcscf::ReleasedSource& source) {
  if (!pcscf_) return 0;
  now_ = std::chrono::steady_clock::now();
  ims::Actions actions;
  const std::size_t released = pcscf_->release(source, now_, actions);
  settle(Role::kPcscf, std::move(actions));
  arm();
  return released;
}

void Node::settle(Role from, ims::Actions actions) {
  enqueue(from, std::move(actions));
  while (!work_.empty() || !internal_.empty()) {
    if (work_.empty()) {
      Internal next = std::move(internal_.front());
      internal_.pop_front();
      deliver(std::move(next));
      continue;
    }
    Pending next = std::move(work_.front());
    work_.pop_front();
    perform(next.from, std::move(next.action));
  }
}

/// Ahead of what waits: what comes of an action comes before the action behind it.
void Node::enqueue(Role from, ims::Actions actions) {
  for (auto action = actions.rbegin(); action != actions.rend(); ++action) {
    work_.push_front({.from = from, .action = std::move(*action)});
  }
}

void Node::deliver(Internal internal) {
  ims::Actions actions;
  if (internal.to == Role::kScscf) {
    scscf_->receive(std::move(internal.message), ims::scscf_to_pcscf(), now_, actions);
  } else {
    pcscf_->receive_core(std::move(internal.message), ims::pcscf_to_scscf(), now_, actions);
  }
  enqueue(internal.to, std::move(actions));
}

void Node::perform(Role from, ims::Action action) {
  std::visit([this, from](auto& one) { perform(from, std::move(one)); }, action);
}

void Node::perform(Role from, ims::Install install) {
  ims::Actions next;
  pcscf_->installed(install.ticket, bindings_->install(install.row), now_, next);
  enqueue(from, std::move(next));
}

void Node::perform(Role /*from*/, ims::Withdraw withdraw) { bindings_->withdraw(withdraw.key); }

void Node::perform(Role /*from*/, ims::Challenged challenged) {
  bindings_->note_challenged(challenged.ip);
}

void Node::perform(Role from, ims::Send send) {
  sip::Outgoing& out = send.message;
  if (auto* message = std::get_if<sip::Message>(&out.content)) {
    if (internal_.size() >= kMaxInternal) {
      ++counters_.internal_dropped;
      return;
    }
    const Role to = from == Role::kPcscf ? Role::kScscf : Role::kPcscf;
    internal_.push_back({.to = to, .message = std::move(*message)});
    return;
  }
  const auto socket = by_local_.find(out.flow.local);
  if (socket == by_local_.end()) {
    ++counters_.no_socket;
    return;
  }
  socket->second->send(out.flow.remote, std::move(std::get<std::string>(out.content)));
}

void Node::perform(Role /*from*/, ims::Close /*close*/) {}  // UDP has nothing to close

void Node::perform(Role /*from*/, ims::Lookup lookup) {
  subscribers_->find(lookup, [this, ticket = lookup.ticket](scscf::Scscf::LookupAnswer answer) {
    found(ticket, std::move(answer));
  });
}

void Node::perform(Role /*from*/, ims::Report report) {
  log_.event(report.event, now_);
  ledger_.record(std::move(report.event), std::chrono::system_clock::now());
}

void Node::found(ims::Ticket ticket, scscf::Scscf::LookupAnswer answer) {
  now_ = std::chrono::steady_clock::now();
  ims::Actions actions;
  scscf_->found(ticket, std::move(answer), now_, actions);
  settle(Role::kScscf, std::move(actions));
  arm();
}

void Node::tick() {
  now_ = std::chrono::steady_clock::now();
  armed_.reset();
  if (pcscf_) {
    ims::Actions actions;
    pcscf_->tick(now_, actions);
    settle(Role::kPcscf, std::move(actions));
  }
  if (scscf_) {
    ims::Actions actions;
    scscf_->tick(now_, actions);
    settle(Role::kScscf, std::move(actions));
  }
  log_.tick(now_);
  arm();
}

std::optional<sip::Time> Node::deadline() const {
  std::optional<sip::Time> next = log_.deadline();
  if (pcscf_) next = earlier(next, pcscf_->deadline());
  if (scscf_) next = earlier(next, scscf_->deadline());
  return next;
}

/// A deadline that has moved later is left as it is armed: the tick that comes too early does
/// nothing and arms again. Nor is an armed tick put off: under a flood it would never come.
void Node::arm() {
  const auto next = deadline();
  if (!next) return;
  const sip::Time target = std::max(*next, std::chrono::steady_clock::now() + kLeastWait);
  if (armed_ && *armed_ <= target) return;
  armed_ = target;
  timer_.expires_at(*armed_);
  timer_.async_wait([this](net::ErrorCode error) {
    if (!error) tick();
  });
}

}  // namespace sipward::node
