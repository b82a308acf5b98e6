// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "agent/ims/actions.h"
#include "agent/ims/tag.h"
#include "agent/pcscf/binding_table.h"
#include "agent/pcscf/config.h"
#include "sip/message.h"
#include "sip/transactions.h"

namespace sipward::pcscf {

/// A datagram from the access side.
struct Datagram {
  std::string bytes;
  sip::Flow flow;
  std::optional<ims::Tag> tag;             ///< nullopt: the packet carried none
  std::optional<ims::Anchor> anchor = {};  ///< of an admitted packet, if the gate noted it
};

/// What somebody who assigns addresses has taken back.
struct ReleasedSource {
  sip::IpAddress ip;
  std::optional<std::uint16_t> port = {};  ///< nullopt: all of the address
};

/// The P-CSCF role (TS 24.229 5.2 with TS 33.203 Annexes N and Q): relays between UEs and the
/// core, keeps the IP address check table, asserts identities. Sans-I/O; one thread.
///
/// What comes from the access side is a UE's, whatever it claims; what comes from the core side is
/// the core's. The two entry points are the only place where that is told apart.
class Pcscf {
 public:
  Pcscf(Config config, sip::RandomSource random);
  ~Pcscf();

  void receive_access(const Datagram& datagram, sip::Time now, ims::Actions& actions);
  void receive_core(sip::Message message, const sip::Flow& flow, sip::Time now,
                    ims::Actions& actions);
  /// The kernel's answer to an `Install`.
  void installed(ims::Ticket ticket, bool ok, sip::Time now, ims::Actions& actions);
  void tick(sip::Time now, ims::Actions& actions);
  [[nodiscard]] std::optional<sip::Time> deadline() const;

  [[nodiscard]] const BindingTable& bindings() const;
  /// For counters: of requests from UEs, and of requests to UEs.
  [[nodiscard]] std::array<const sip::Transactions*, 2> transactions() const;
  /// Removes a row on the operator's word. False if there is none.
  bool remove(const ims::BindingKey& key, sip::Time now, ims::Actions& actions);
  /// The address, or one port of it, was reported released (DHCP, RADIUS, a NAT's log): its rows
  /// are suspect until their users register again. How many there are.
  std::size_t release(const ReleasedSource& source, sip::Time now, ims::Actions& actions);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sipward::pcscf
