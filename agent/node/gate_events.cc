// SPDX-License-Identifier: Apache-2.0
#include "agent/node/gate_events.h"

#include <fcntl.h>

#include <chrono>
#include <utility>

namespace sipward::node {
namespace {

/// When it was by the clock on the wall; the kernel tells the time since the machine started.
ops::WallTime wall_time(sip::Time at) {
  const auto ago = std::chrono::steady_clock::now() - at;
  return std::chrono::system_clock::now() -
         std::chrono::duration_cast<std::chrono::system_clock::duration>(ago);
}

}  // namespace

GateEvents::GateEvents(net::asio::io_context& io, std::unique_ptr<GateEventSource> source)
    : source_(std::move(source)), readable_(io) {}

GateEvents::~GateEvents() = default;

void GateEvents::start() {
  if (!source_) return;
  net::ErrorCode ignored;
  readable_.assign(::fcntl(source_->descriptor(), F_DUPFD_CLOEXEC, 0), ignored);
  wait();
}

void GateEvents::replace(std::unique_ptr<GateEventSource> source) {
  if (source_) take(ops::GateEventLedger::kKept);
  ++turn_;
  net::ErrorCode ignored;
  readable_.close(ignored);
  source_ = std::move(source);
  start();
}

void GateEvents::wait() {
  if (!readable_.is_open()) return;  // out of descriptors: the gate's counters still tell
  readable_.async_wait(net::asio::posix::stream_descriptor::wait_read,
                       [this, turn = turn_](net::ErrorCode error) {
                         if (error || turn != turn_) return;
                         take(kAtOnce);
                         wait();
                       });
}

void GateEvents::take(std::size_t limit) {
  source_->consume(
      [this](ims::GateEvent event) {
        const ops::WallTime at = wall_time(event.at);
        ledger_.record(std::move(event), at);
      },
      limit);
}

std::string GateEvents::interface_name(std::uint8_t slot) const {
  std::string name = source_ ? source_->interface_name(slot) : std::string();
  return name.empty() ? "slot " + std::to_string(slot) : name;
}

}  // namespace sipward::node
