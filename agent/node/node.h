// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/ims/actions.h"
#include "agent/net/asio.h"
#include "agent/net/udp_socket.h"
#include "agent/node/binding_map.h"
#include "agent/node/gate_events.h"
#include "agent/node/sockets.h"
#include "agent/node/subscriber_lookup.h"
#include "agent/ops/config.h"
#include "agent/ops/event_ledger.h"
#include "agent/ops/log.h"
#include "agent/pcscf/pcscf.h"
#include "agent/scscf/scscf.h"

namespace sipward::node {

/// What a node is made of, besides its configuration.
struct NodeParts {
  NodeSockets sockets;
  std::unique_ptr<BindingMap> bindings;
  std::unique_ptr<SubscriberLookup> subscribers;  ///< with [scscf]
  std::string nonce_key;                          ///< with [scscf]
  sip::RandomSource random;
  std::unique_ptr<GateEventSource> gate_events = {};  ///< nullptr: there are none to read
  /// Opens them anew, when the gate has other maps than before.
  std::function<std::unique_ptr<GateEventSource>()> open_gate_events = {};
};

/// One P-CSCF, S-CSCF or both with their sockets, map, store and clock. It decides nothing: it
/// hands datagrams to the roles and performs their actions strictly in order. An `Install` is
/// answered before the action behind it is looked at; what one role sends to the other waits until
/// the list is done. One thread, that of the io_context.
class Node {
 public:
  /// The most that may wait between the roles while one datagram is worked off.
  static constexpr std::size_t kMaxInternal = 65'536;

  struct Counters {
    std::uint64_t internal_dropped = 0;  ///< over kMaxInternal
    std::uint64_t no_socket = 0;         ///< a role named a local end that nobody has
    ims::Drift drift;                    ///< of the kernel's rows, all that was mended so far
    std::uint64_t seats_lost = 0;        ///< admitted, but the gate's note was overwritten since
  };

  Node(net::asio::io_context& io, const ops::Config& config, NodeParts parts, ops::Log& log);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Makes the kernel's rows agree with the table (those of a daemon that is gone go: nobody could
  /// be asserted from them), lets the gate know that it lives, and begins to read.
  void start();
  /// Compares all of the kernel's rows with the table and mends what differs; what that was.
  ims::Drift reconcile();

  /// For the control API. The P-CSCF and the S-CSCF are nullptr when the node does not have the
  /// role.
  [[nodiscard]] const pcscf::Pcscf* pcscf() const { return pcscf_.get(); }
  [[nodiscard]] const scscf::Scscf* scscf() const { return scscf_.get(); }
  [[nodiscard]] const BindingMap& bindings() const { return *bindings_; }
  [[nodiscard]] const ops::EventLedger& ledger() const { return ledger_; }
  [[nodiscard]] const GateEvents& gate_events() const { return gate_events_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] const std::vector<std::unique_ptr<net::UdpSocket>>& sockets() const {
    return sockets_;
  }
  /// Withdraws a row on the operator's word. False if there is none.
  bool remove_binding(const ims::BindingKey& key);
  /// The address was reported released: how many rows are suspect now.
  std::size_t release(const pcscf::ReleasedSource& source);

 private:
  enum class Role : std::uint8_t { kPcscf, kScscf };
  struct Pending {
    Role from;
    ims::Action action;
  };
  struct Internal {
    Role to;
    sip::Message message;
  };
  using Entry = void (Node::*)(const net::Received&, const sip::Endpoint& local);

  void adopt(std::vector<net::BoundUdp> bound, Entry entry);
  void receive(std::span<const net::Received> batch, const sip::Endpoint& local, Entry entry);
  void from_access(const net::Received& datagram, const sip::Endpoint& local);
  void find_anchor(pcscf::Datagram& datagram);
  void from_core(const net::Received& datagram, const sip::Endpoint& local);
  void to_scscf(const net::Received& datagram, const sip::Endpoint& local);
  std::optional<sip::Message> read(const net::Received& datagram, const sip::Flow& flow);

  /// Performs what a role asked for, and what comes of it, until nothing is left.
  void settle(Role from, ims::Actions actions);
  void perform(Role from, ims::Action action);
  void perform(Role from, ims::Install install);
  void perform(Role from, ims::Withdraw withdraw);
  void perform(Role from, ims::Challenged challenged);
  void perform(Role from, ims::Send send);
  void perform(Role from, ims::Close close);
  void perform(Role from, ims::Lookup lookup);
  void perform(Role from, ims::Report report);
  void deliver(Internal internal);
  void enqueue(Role from, ims::Actions actions);
  void found(ims::Ticket ticket, scscf::Scscf::LookupAnswer answer);

  void tick();
  void arm();
  /// Each second, from the loop itself: a loop that hangs is a dead daemon to the gate, too.
  void beat();
  [[nodiscard]] std::optional<sip::Time> deadline() const;

  net::asio::io_context& io_;
  ops::Log& log_;
  ops::EventLedger ledger_;
  Counters counters_;
  ims::TagPolicy tag_policy_ = ims::TagPolicy::kAbsent;
  std::unique_ptr<BindingMap> bindings_;
  GateEvents gate_events_;
  std::function<std::unique_ptr<GateEventSource>()> open_gate_events_;
  std::unique_ptr<pcscf::Pcscf> pcscf_;
  std::unique_ptr<scscf::Scscf> scscf_;
  std::vector<std::unique_ptr<net::UdpSocket>> sockets_;
  std::vector<Entry> entries_;  ///< beside sockets_
  std::unordered_map<sip::Endpoint, net::UdpSocket*> by_local_;
  sip::Time now_;  ///< of the input that is being worked off
  std::deque<Pending> work_;
  std::deque<Internal> internal_;
  net::asio::steady_timer timer_;
  net::asio::steady_timer heart_;
  std::optional<sip::Time> armed_;
  std::unique_ptr<SubscriberLookup> subscribers_;  ///< last: its thread ends first
};

}  // namespace sipward::node
