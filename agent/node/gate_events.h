// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/ims/gate_event.h"
#include "agent/net/asio.h"
#include "agent/ops/gate_event_ledger.h"

namespace sipward::node {

/// Where the gate's events come from: the kernel's ring.
class GateEventSource {
 public:
  using Callback = std::function<void(ims::GateEvent event)>;

  virtual ~GateEventSource() = default;

  /// Readable when there is something to take.
  [[nodiscard]] virtual int descriptor() const = 0;
  /// Takes at most `limit`, oldest first.
  virtual void consume(const Callback& callback, std::size_t limit) = 0;
  /// Events that the gate could not tell: nobody had read the ring in time.
  [[nodiscard]] virtual std::uint64_t lost() const = 0;
  /// What was read and was no event.
  [[nodiscard]] virtual std::uint64_t skipped() const = 0;
  /// `eth1`; empty when no interface has the slot.
  [[nodiscard]] virtual std::string interface_name(std::uint8_t slot) = 0;
};

/// Reads the gate's events as they come and keeps the last of them. A flood of events never holds
/// up SIP: after a few the other handlers of the loop have their turn. One thread.
class GateEvents {
 public:
  static constexpr std::size_t kAtOnce = 64;

  /// Without a source: there are none.
  GateEvents(net::asio::io_context& io, std::unique_ptr<GateEventSource> source);
  ~GateEvents();
  GateEvents(const GateEvents&) = delete;
  GateEvents& operator=(const GateEvents&) = delete;

  void start();
  /// Another ring has taken the place of the one before. What is left in that one is read first, as
  /// far as the ledger would keep it.
  void replace(std::unique_ptr<GateEventSource> source);

  [[nodiscard]] bool has_source() const { return source_ != nullptr; }
  [[nodiscard]] const ops::GateEventLedger& ledger() const { return ledger_; }
  [[nodiscard]] std::uint64_t lost() const { return source_ ? source_->lost() : 0; }
  [[nodiscard]] std::uint64_t skipped() const { return source_ ? source_->skipped() : 0; }
  /// `eth1`, or `slot 3` when no interface has it any more.
  [[nodiscard]] std::string interface_name(std::uint8_t slot) const;

 private:
  void wait();
  void take(std::size_t limit);

  std::unique_ptr<GateEventSource> source_;
  ops::GateEventLedger ledger_;
  net::asio::posix::stream_descriptor readable_;  ///< a copy of the source's descriptor
  std::uint64_t turn_ = 0;  ///< of the source: a wait for the one before is over
};

}  // namespace sipward::node
