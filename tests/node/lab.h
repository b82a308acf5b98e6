// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/net/asio.h"
#include "agent/net/udp_socket.h"
#include "agent/node/node.h"
#include "agent/ops/config.h"
#include "agent/ops/log.h"
#include "sip/message.h"
#include "tests/net/folder.h"
#include "tests/node/ring_model.h"

namespace sipward::node {

/// What the gate's maps do, without a kernel; it remembers what it was asked, in order.
class MapModel final : public BindingMap {
 public:
  bool full = false;
  bool replaced = false;  ///< told at the next beat
  std::size_t beats = 0;
  std::vector<ims::KernelRow> rows;
  std::vector<std::string> asked;
  /// What the gate says of every packet, and noted at its seat.
  std::optional<ims::Tag> tag;
  bool notes = false;
  std::optional<ims::Anchor> noted;

  bool install(const ims::KernelRow& row) override;
  void withdraw(const ims::BindingKey& key) override;
  void note_challenged(const sip::IpAddress& ip) override;
  [[nodiscard]] std::optional<ims::KernelRow> find(const ims::BindingKey& key) const override;
  ims::Drift reconcile(std::span<const ims::KernelRow> wanted) override;
  bool beat(sip::Time now) override;
  [[nodiscard]] std::optional<ims::Tag> read_tag(std::uint32_t mark) const override;
  [[nodiscard]] bool notes_anchors() const override { return notes; }
  [[nodiscard]] std::optional<ims::Anchor> anchor_of(std::uint32_t seat,
                                                     const sip::Flow& flow) override;
  [[nodiscard]] Counters counters() const override { return {{"eth1.bound", 7}}; }
  [[nodiscard]] bool is_enforced() const override { return true; }
};

/// A home on the loopback interface: one node with both roles, or a P-CSCF and an S-CSCF, each a
/// node, with UDP between them. Subscribers alice and bob in a real store; the gate is a model.
class Lab {
 public:
  enum class Shape : std::uint8_t { kOneNode, kTwoNodes };
  using GateMode = std::optional<ops::GateConfig::Mode>;
  explicit Lab(Shape shape = Shape::kOneNode, std::uint32_t min_expires = 60,
               GateMode gate = std::nullopt);

  /// Runs until the condition holds; false when it never does.
  bool until(const std::function<bool()>& done);

  net::asio::io_context io;
  net::Folder folder;
  MapModel* map = nullptr;    ///< owned by the node with the P-CSCF
  RingModel* ring = nullptr;  ///< likewise
  std::vector<std::string> log_lines;
  ops::Log log;
  std::unique_ptr<Node> home;  ///< with kTwoNodes: the S-CSCF
  std::unique_ptr<Node> edge;  ///< the P-CSCF, with kOneNode both
  sip::Endpoint access;

 private:
  struct Bound;
  void build_one(Bound bound);
  void build_two(Bound bound);
  std::unique_ptr<Node> make_node(const ops::Config& config, NodeSockets sockets);
  void provision();
  [[nodiscard]] ops::PcscfConfig pcscf_config() const;
  [[nodiscard]] ops::ScscfConfig scscf_config() const;

  std::uint32_t min_expires_;
  GateMode gate_;
};

/// A SIP client at an address of 127/8.
class Phone {
 public:
  Phone(Lab& lab, std::string name, std::string_view ip);

  /// The whole procedure; the last status.
  int register_now(std::uint32_t expires = 600);
  void send(std::string_view text);
  /// A REGISTER without credentials.
  [[nodiscard]] std::string register_text();
  /// A MESSAGE as the phone writes it.
  [[nodiscard]] std::string message_to(std::string_view uri, std::string_view more_headers = {});
  /// The next message that arrives, in time.
  std::optional<sip::Message> next();
  /// The next final response's status, 0 for silence.
  int next_status();
  void answer(const sip::Message& request, int status);
  [[nodiscard]] const sip::Endpoint& address() const { return socket_.local(); }

 private:
  std::string request(std::string_view method, std::string_view uri, std::string_view more);

  Lab& lab_;
  std::string name_;
  net::UdpSocket socket_;
  std::deque<std::string> inbox_;
  int counter_ = 0;
};

}  // namespace sipward::node
