// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/row_keeper.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sipward::pcscf {
namespace {

using ims::EventKind;
using Change = BindingTable::Change;

/// Registrations of one user on one row; a user has a handful of public identities to register.
constexpr std::size_t kMaxRegistrations = 32;
/// Of silence; with the longest of them a row lives for years, and the clock does not overflow.
constexpr std::uint32_t kMostIntervals = 1'000;

std::string default_identity(const FlowBinding& row) {
  for (const Registration& registration : row.registrations) {
    if (!registration.identities.empty()) return registration.identities.front().impu.text();
  }
  return {};
}

ims::Event row_event(EventKind kind, const FlowBinding& row, std::string detail) {
  return {.kind = kind,
          .flow = row.flow,
          .impi = row.impi.text,
          .impu = default_identity(row),
          .detail = std::move(detail)};
}

EventKind success_kind(Change change) {
  if (change == Change::kRefreshed) return EventKind::kRefreshed;
  return change == Change::kOverwritten ? EventKind::kOverwritten : EventKind::kRegistered;
}

}  // namespace

bool supersedes(const Registrant& registrant, const sip::Flow& flow, const FlowBinding& row) {
  if (row.flow.transport == flow.transport && row.flow.remote == flow.remote) return true;
  if (row.reg_id != 0 && registrant.reg_id != 0) {
    return row.reg_id == registrant.reg_id && row.instance == registrant.instance;
  }
  if (row.call_id == registrant.call_id) return true;
  return std::any_of(row.registrations.begin(), row.registrations.end(), [&](const auto& known) {
    return std::any_of(registrant.contacts.begin(), registrant.contacts.end(),
                       [&](const auto& contact) { return same_contact(contact, known.contact); });
  });
}

void RowKeeper::apply(Success success, Turn& turn) {
  waiting_.push_back(std::move(success));
  work(turn);
}

void RowKeeper::work(Turn& turn) {
  while (!job_ && !waiting_.empty()) {
    Success next = std::move(waiting_.front());
    waiting_.pop_front();
    begin(std::move(next), turn);
    advance(turn);
  }
}

void RowKeeper::begin(Success success, Turn& turn) {
  if (success.grant.lifetime.count() == 0) {
    end_unlisted(success, nullptr, turn);
    from_ue_.respond(success.id, std::move(success.response), turn);
    return;
  }
  const KeyInput input = key_input(success);
  const KeyDecision decision = decide_key(input);
  if (decision.alarm) {
    turn.report({.kind = EventKind::kSharedAddress,
                 .flow = success.pending.flow,
                 .impi = success.pending.registrant.impi.text,
                 .impu = success.pending.registrant.aor.text(),
                 .detail = "registered as " + decision.key.text()});
  }
  end_unlisted(success, &decision.key, turn);

  std::deque<FlowBinding> rows;
  if (decision.narrow_neighbour) {
    auto neighbour = common_.table.remove(input.neighbours.wildcard->key);
    turn.withdraw(neighbour->key);
    const sip::Flow& flow = neighbour->flow;
    neighbour->key = {.ip = flow.remote.ip, .port = flow.remote.port, .transport = flow.transport};
    rows.push_back(std::move(*neighbour));
  }
  withdraw_superseded(success, decision, turn);
  rows.push_back(make_row(success, decision.key, turn.now));
  job_.emplace(Job{.success = std::move(success), .rows = std::move(rows)});
}

KeyInput RowKeeper::key_input(const Success& success) const {
  const PendingRegister& pending = success.pending;
  return {.ip_check = common_.config.ip_check,
          .on_shared_ip = common_.config.on_shared_ip,
          .outbound = success.grant.outbound,
          .nat = pending.nat,
          .source = pending.flow,
          .neighbours = find_neighbours(common_.table, pending.flow, pending.registrant.impi)};
}

/// The 200 OK lists every contact of the public identity (RFC 3261 10.3 step 8): what it does not
/// list has ended, by this REGISTER or since.
void RowKeeper::end_unlisted(const Success& success, const ims::BindingKey* except, Turn& turn) {
  const auto ended = [&](const Registration& registration) {
    if (!registration.covers(success.pending.registrant.aor)) return false;
    return std::none_of(
        success.grant.contacts.begin(), success.grant.contacts.end(),
        [&](const auto& contact) { return same_contact(contact, registration.contact); });
  };
  for (const FlowBinding* row : common_.table.of_user(success.pending.registrant.impi)) {
    const ims::BindingKey key = row->key;
    if (except != nullptr && key == *except) continue;
    const auto removed = common_.table.remove_registrations(key, ended);
    if (!removed) continue;
    turn.withdraw(key);
    turn.report(row_event(EventKind::kDeregistered, *removed, key.text()));
  }
}

void RowKeeper::withdraw_superseded(const Success& success, const KeyDecision& decision,
                                    Turn& turn) {
  const PendingRegister& pending = success.pending;
  const std::string detail = "now " + pending.registrant.impi.text + " at " + decision.key.text();
  std::vector<ims::BindingKey> moved;
  for (const FlowBinding* row : common_.table.of_user(pending.registrant.impi)) {
    if (row->key != decision.key && supersedes(pending.registrant, pending.flow, *row)) {
      moved.push_back(row->key);
    }
  }
  for (const auto& key : moved) drop(key, EventKind::kRebound, detail, turn);

  // Another user's row that would go on speaking for this source, or for its address.
  const Neighbours neighbours =
      find_neighbours(common_.table, pending.flow, pending.registrant.impi);
  for (const FlowBinding* row : {neighbours.same_port, neighbours.wildcard}) {
    if (row != nullptr && row->key != decision.key) {
      drop(row->key, EventKind::kOverwritten, detail, turn);
    }
  }
}

FlowBinding RowKeeper::make_row(const Success& success, const ims::BindingKey& key,
                                sip::Time now) const {
  const PendingRegister& pending = success.pending;
  const Registrant& registrant = pending.registrant;
  FlowBinding row;
  row.key = key;
  row.flow = pending.flow;
  row.sent_by = pending.sent_by;
  row.id = pending.row_id;
  row.impi = registrant.impi;
  row.service_route = success.grant.service_route;
  row.call_id = registrant.call_id;
  row.instance = registrant.instance;
  row.reg_id = registrant.reg_id;
  row.anchor = pending.anchor;
  row.keep_alive = decide_keep_alive(success.response, keep_alive_terms(success));
  row.silence =
      std::chrono::seconds(row.keep_alive) * std::min(common_.config.suspect_after, kMostIntervals);
  row.last_seen = now;
  row.created = now;
  const FlowBinding* old = common_.table.find_key(key);
  if (old != nullptr && old->impi == row.impi) {
    row.registrations = old->registrations;
    std::erase_if(row.registrations,
                  [&](const auto& known) { return known.covers(registrant.aor); });
  }
  row.registrations.push_back({.aor = registrant.aor,
                               .contact = success.grant.contact,
                               .identities = success.grant.identities,
                               .expires = now + success.grant.lifetime});
  return row;
}

KeepAliveTerms RowKeeper::keep_alive_terms(const Success& success) const {
  return {.offered = success.pending.offers_keep_alive,
          .outbound = success.grant.outbound,
          .wish = common_.config.keep_alive};
}

/// Asks the kernel for the next row of the job, until one is on its way or the job is over.
void RowKeeper::advance(Turn& turn) {
  while (job_) {
    const FlowBinding& row = job_->rows.front();
    const BindingTable::Plan plan = common_.table.plan(row);
    if (plan.change != Change::kFull && row.registrations.size() <= kMaxRegistrations) {
      job_->ticket = ims::Ticket{++last_ticket_};
      turn.install({.ticket = job_->ticket, .row = plan.kernel});
      return;
    }
    finish(false, turn);
  }
}

void RowKeeper::installed(ims::Ticket ticket, bool ok, Turn& turn) {
  if (!job_ || job_->ticket != ticket) return;
  finish(ok, turn);
  advance(turn);
  work(turn);
}

/// The first row of the job is done; with the last one, the registrant's own, the job is.
void RowKeeper::finish(bool ok, Turn& turn) {
  FlowBinding row = std::move(job_->rows.front());
  job_->rows.pop_front();
  const bool own = job_->rows.empty();
  if (ok) {
    Success& success = job_->success;
    if (own) write_keep_alive(success.response, keep_alive_terms(success), row.keep_alive);
    keep(std::move(row), own, turn);
    if (own) from_ue_.respond(success.id, std::move(success.response), turn);
  } else {
    fail(row, own, turn);
  }
  if (own) job_.reset();
}

void RowKeeper::keep(FlowBinding row, bool own, Turn& turn) {
  const ims::BindingKey key = row.key;
  const FlowBinding* old = common_.table.find_key(key);
  std::string detail = key.text();
  if (old != nullptr && old->impi != row.impi) detail += ", was " + old->impi.text;
  const Change change = common_.table.put(std::move(row));
  const EventKind kind = own ? success_kind(change) : EventKind::kRebound;
  turn.report(row_event(kind, *common_.table.find_key(key), std::move(detail)));
}

void RowKeeper::fail(const FlowBinding& row, bool own, Turn& turn) {
  turn.report(row_event(EventKind::kInstallFailed, row, row.key.text()));
  // Whoever had the key before is gone from it all the same.
  const FlowBinding* old = common_.table.find_key(row.key);
  if (old != nullptr && old->impi != row.impi) {
    drop(row.key, EventKind::kOverwritten, "now " + row.impi.text + ", not installed", turn);
  }
  if (!own) return;
  const Refusal refusal{.status = 503, .field = sip::Field::kRetryAfter, .value = "30"};
  // The 200 OK has the To tag that its refusal needs.
  from_ue_.respond(job_->success.id, make_refusal(job_->success.response, refusal, {}), turn);
}

/// The key by value: it may be the row's own.
void RowKeeper::drop(ims::BindingKey key, EventKind kind, std::string detail, Turn& turn) {
  const auto removed = common_.table.remove(key);
  if (!removed) return;
  turn.withdraw(key);
  turn.report(row_event(kind, *removed, std::move(detail)));
}

void RowKeeper::expire(Turn& turn) {
  if (job_) return;  // a row on its way into the kernel may be one of them
  for (const FlowBinding& row : common_.table.expire(turn.now)) {
    turn.withdraw(row.key);
    turn.report(row_event(EventKind::kExpired, row, row.key.text()));
  }
}

bool RowKeeper::remove(const ims::BindingKey& key, Turn& turn) {
  if (common_.table.find_key(key) == nullptr) return false;
  drop(key, EventKind::kDeregistered, key.text() + ", by the operator", turn);
  return true;
}

std::size_t RowKeeper::release(const sip::IpAddress& ip, std::optional<std::uint16_t> port,
                               Turn& turn) {
  std::size_t released = 0;
  for (const FlowBinding* row : common_.table.at(ip)) {
    const bool meant = !port || row->flow.remote.port == *port;
    if (!meant || is_being_replaced(row->key)) continue;
    suspect(*row, turn);
    ++released;
  }
  return released;
}

/// Nothing waits for the kernel's answer: if it refuses, the table alone knows that the row is
/// suspect, and what the gate passes ends there.
void RowKeeper::suspect(const FlowBinding& row, Turn& turn) {
  common_.table.mark_suspect(row.key);
  turn.install({.ticket = ims::Ticket{++last_ticket_}, .row = common_.table.plan(row).kernel});
  turn.report(row_event(EventKind::kReleased, row, row.key.text()));
}

/// A registration that succeeds right now says more about its key than a release before it.
bool RowKeeper::is_being_replaced(const ims::BindingKey& key) const {
  return job_ && std::any_of(job_->rows.begin(), job_->rows.end(),
                             [&](const FlowBinding& row) { return row.key == key; });
}

std::optional<sip::Time> RowKeeper::deadline() const {
  return job_ ? std::nullopt : common_.table.deadline();
}

}  // namespace sipward::pcscf
