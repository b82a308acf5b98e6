// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/ims/anchor.h"
#include "agent/ims/event.h"
#include "agent/ims/identity.h"
#include "sip/flow.h"
#include "sip/time.h"
#include "sip/transactions.h"

namespace sipward::ims {

/// Key of the IP address check table (Annex Q): port 0 is a wildcard row, which matches every port
/// and both UDP and TCP.
struct BindingKey {
  sip::IpAddress ip;
  std::uint16_t port = 0;
  sip::Transport transport = sip::Transport::kUdp;  ///< kUdp for wildcard rows

  [[nodiscard]] bool is_wildcard() const { return port == 0; }
  [[nodiscard]] std::string text() const;  ///< `udp 203.0.113.7:40001`, `any 203.0.113.7`
  auto operator<=>(const BindingKey&) const = default;
};

/// What the kernel is told about a row.
struct KernelRow {
  BindingKey key;
  std::uint32_t binding = 0;  ///< names the row from insertion to deletion
  std::uint32_t epoch = 0;    ///< changes at an overwrite by another IMPI
  sip::Time expires;
  std::optional<Anchor> anchor = {};  ///< of its REGISTER; nullopt: no packet contradicts it
  sip::Duration silence{};            ///< a longer one makes the row suspect; 0: none does
  bool suspect = false;               ///< the address was reported released
  sip::Time last_seen = {};           ///< of a row that was read; an install sets it to now

  /// As the gate judges a row that was read: released, or silent for too long.
  [[nodiscard]] bool is_suspect(sip::Time now) const {
    const bool silent =
        silence.count() > 0 && std::chrono::floor<std::chrono::seconds>(now) - last_seen > silence;
    return suspect || silent;
  }
};

/// Names an Install or Lookup until its answer comes.
enum class Ticket : std::uint64_t {};

/// Write the row into the kernel map; tell the role with `installed(ticket, ok)`. Nothing is sent
/// to the UE before.
struct Install {
  Ticket ticket{};
  KernelRow row;
};
/// Delete the row from the kernel map, before anything that follows in the list.
struct Withdraw {
  BindingKey key;
};
/// A source was sent a 401: what it sends next has a lane of its own at the gate.
struct Challenged {
  sip::IpAddress ip;
};
struct Send {
  sip::Outgoing message;
};
/// Close the stream connection of the flow.
struct Close {
  sip::Flow flow;
};
/// Find a subscriber; tell the role with `found(ticket, subscriber)`.
struct Lookup {
  Ticket ticket{};
  /// Exactly one of the two is set: by private or by public identity.
  std::variant<Impi, Impu> by;
};
/// For the log and the counters.
struct Report {
  Event event;
};

/// What a role asks its shell to do, in this order.
using Action = std::variant<Install, Withdraw, Challenged, Send, Close, Lookup, Report>;
using Actions = std::vector<Action>;

}  // namespace sipward::ims

template <>
struct std::hash<sipward::ims::BindingKey> {
  std::size_t operator()(const sipward::ims::BindingKey& key) const noexcept;
};
