// SPDX-License-Identifier: Apache-2.0
#include "agent/node/control_json.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

namespace sipward::node {
namespace {

using Json = nlohmann::json;

std::int64_t seconds(sip::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

std::string wall_text(sip::Time at, sip::Time now) {
  return node::wall_text(std::chrono::system_clock::now() +
                         std::chrono::duration_cast<std::chrono::system_clock::duration>(at - now));
}

/// Null: the gate noted none.
Json anchor_text(const std::optional<ims::Anchor>& anchor) {
  return anchor ? Json(anchor->text()) : Json(nullptr);
}

Json identities_of(const pcscf::FlowBinding& row) {
  Json list = Json::array();
  for (const pcscf::RegisteredIdentity& identity : row.identities) {
    list.push_back(identity.impu.text());
  }
  return list;
}

Json to_json(const scscf::Contact& contact, sip::Time now) {
  Json path = Json::array();
  for (const sip::NameAddr& hop : contact.path) path.push_back(hop.uri.text());
  return {{"uri", contact.contact.uri.text()}, {"path", path},
          {"instance", contact.instance},      {"reg_id", contact.reg_id},
          {"call_id", contact.call_id},        {"expires_in", seconds(contact.expires - now)}};
}

}  // namespace

std::string wall_text(ops::WallTime at) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(at);
  const auto milliseconds = whole.time_since_epoch().count() % 1'000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), milliseconds);
}

std::int64_t unix_ns(ops::WallTime at) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

Json to_json(const pcscf::FlowBinding& row, sip::Time now) {
  Json defaults = Json::array();
  for (const std::size_t index : row.defaults) {
    defaults.push_back(row.identities.at(index).impu.text());
  }
  return {{"key", row.key.text()},
          {"flow", row.flow.text()},
          {"listener", row.flow.local.text()},
          {"impi", row.impi.text},
          {"identities", identities_of(row)},
          {"defaults", defaults},
          {"binding", row.id},
          {"epoch", row.epoch},
          {"call_id", row.call_id},
          {"sent_by", row.sent_by},
          {"anchor", anchor_text(row.anchor)},
          {"keep_alive", row.keep_alive},
          {"suspect", row.suspect},
          {"created", wall_text(row.created, now)},
          {"expires", wall_text(row.expires, now)},
          {"age", seconds(now - row.created)},
          {"expires_in", seconds(row.expires - now)}};
}

Json to_json(const ims::KernelRow& row, sip::Time now) {
  return {{"key", row.key.text()},
          {"binding", row.binding},
          {"epoch", row.epoch},
          {"anchor", anchor_text(row.anchor)},
          {"suspect", row.is_suspect(now)},
          {"last_seen", seconds(now - row.last_seen)},
          {"expires", wall_text(row.expires, now)},
          {"expires_in", seconds(row.expires - now)}};
}

Json to_json(const scscf::Registration& registration, sip::Time now) {
  Json identities = Json::array();
  for (const auto& identity : registration.identities) {
    identities.push_back({{"impu", identity.impu.text()},
                          {"barred", identity.barred},
                          {"default", identity.is_default}});
  }
  Json contacts = Json::array();
  for (const auto& contact : registration.contacts) contacts.push_back(to_json(contact, now));
  return {{"impi", registration.impi.text},
          {"set", registration.set},
          {"identities", identities},
          {"contacts", contacts}};
}

Json to_json(const ops::EventLedger::Entry& entry) {
  const ims::Event& event = entry.event;
  return {{"sequence", entry.sequence},
          {"at", wall_text(entry.at)},
          {"unix_ns", unix_ns(entry.at)},
          {"event", ims::event_name(event.kind)},
          {"meaning", ims::event_text(event.kind)},
          {"flow", event.flow.text()},
          {"impi", event.impi},
          {"impu", event.impu},
          {"detail", event.detail}};
}

Json to_json(const ims::Drift& drift) {
  return {{"missing", drift.missing},
          {"different", drift.different},
          {"extra", drift.extra},
          {"refused", drift.refused}};
}

bool agree(const pcscf::FlowBinding& row, const ims::KernelRow& kernel) {
  return row.id == kernel.binding && row.epoch == kernel.epoch &&
         std::abs(seconds(row.expires - kernel.expires)) <= 1;
}

}  // namespace sipward::node
