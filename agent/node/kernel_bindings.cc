// SPDX-License-Identifier: Apache-2.0
#include "agent/node/kernel_bindings.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "agent/dataplane/counters.h"
#include "agent/dataplane/drift.h"
#include "agent/dataplane/gate_maps.h"
#include "agent/dataplane/packet_event.h"
#include "agent/dataplane/tag.h"

namespace sipward::node {
namespace {

using dataplane::InstallStatus;

constexpr sip::Duration kBetweenComplaints = std::chrono::seconds(10);

class KernelBindings final : public BindingMap {
 public:
  KernelBindings(dataplane::GateMaps maps, const ops::GateConfig& config, ops::Log& log)
      : maps_(std::move(maps)), config_(config), log_(log) {}

  bool install(const ims::KernelRow& row) override {
    if (maps_.pulse.is_superseded()) open_anew();
    const InstallStatus status = maps_.bindings.install(row);
    if (status != InstallStatus::kInstalled) complain(refusal(status));
    return status == InstallStatus::kInstalled;
  }
  void withdraw(const ims::BindingKey& key) override {
    if (maps_.pulse.is_superseded()) open_anew();
    maps_.bindings.withdraw(key);
    maps_.lanes.note_bound(key.ip, remembered());
  }
  void note_challenged(const sip::IpAddress& ip) override { maps_.lanes.note_challenged(ip); }
  std::optional<ims::KernelRow> find(const ims::BindingKey& key) const override {
    return maps_.bindings.find(key);
  }
  ims::Drift reconcile(std::span<const ims::KernelRow> wanted) override {
    return dataplane::reconcile(maps_, wanted, remembered());
  }
  /// A gate that was detached and attached anew has new maps, as one that was upgraded has.
  bool beat(sip::Time now) override {
    if (maps_.are_replaced()) open_anew();
    maps_.pulse.beat(now);
    dataplane::fill_event_tokens(maps_.pulse.words(), config_.event_rate);
    return std::exchange(opened_anew_, false);
  }
  std::optional<ims::Tag> read_tag(std::uint32_t mark) const override {
    return dataplane::tag_of(mark);
  }
  bool notes_anchors() const override { return true; }
  std::optional<ims::Anchor> anchor_of(std::uint32_t seat, const sip::Flow& flow) override {
    if (maps_.pulse.is_superseded()) open_anew();
    return maps_.admissions.find(seat, flow);
  }
  Counters counters() const override {
    Counters out;
    const auto counters = dataplane::read_counters(config_.pin_path);
    if (!counters) return out;
    for (const dataplane::NamedCounter& counter : *counters) {
      out.emplace_back(fmt::format("{}.{}", counter.interface, counter.name), counter.packets);
    }
    return out;
  }
  bool is_enforced() const override { return true; }

 private:
  [[nodiscard]] std::chrono::seconds remembered() const {
    return std::chrono::seconds(config_.recently_bound);
  }

  /// What cannot be opened yet is tried again at the next beat.
  void open_anew() {
    auto maps = dataplane::GateMaps::open(config_.pin_path);
    if (!maps) return complain(maps.error());
    maps_ = std::move(*maps);
    opened_anew_ = true;
  }

  [[nodiscard]] std::string refusal(InstallStatus status) const {
    if (status != InstallStatus::kFull) {
      return "the kernel refuses rows: new registrations are answered 503";
    }
    return fmt::format(
        "the kernel's map is full ({} rows): new registrations are answered 503; raise "
        "gate.max_bindings, then sipward-gate upgrade and restart sipwardd",
        maps_.bindings.capacity());
  }

  /// The event says which user; this says why, and seldom: a full map refuses many.
  void complain(const std::string& text) {
    const sip::Time now = std::chrono::steady_clock::now();
    if (now < next_complaint_) return;
    next_complaint_ = now + kBetweenComplaints;
    log_.say(ops::LogLevel::kError, text);
  }

  dataplane::GateMaps maps_;
  const ops::GateConfig config_;
  ops::Log& log_;
  bool opened_anew_ = false;
  sip::Time next_complaint_;
};

}  // namespace

std::unique_ptr<BindingMap> open_bindings(const ops::Config& config, ops::Log& log) {
  if (!config.gate) return std::make_unique<NoBindingMap>();
  auto maps = dataplane::GateMaps::open(config.gate->pin_path);
  if (!maps) throw std::runtime_error(maps.error());
  return std::make_unique<KernelBindings>(std::move(*maps), *config.gate, log);
}

}  // namespace sipward::node
