// SPDX-License-Identifier: Apache-2.0
#include "agent/node/kernel_bindings.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "agent/dataplane/bindings.h"
#include "agent/dataplane/counters.h"
#include "agent/dataplane/tag.h"

namespace sipward::node {
namespace {

using dataplane::InstallStatus;

constexpr sip::Duration kBetweenComplaints = std::chrono::seconds(10);

class KernelBindings final : public BindingMap {
 public:
  KernelBindings(dataplane::Bindings bindings, std::string pin_path, ops::Log& log)
      : bindings_(std::move(bindings)), pin_path_(std::move(pin_path)), log_(log) {}

  bool install(const ims::KernelRow& row) override {
    const InstallStatus status = bindings_.install(row);
    if (status != InstallStatus::kInstalled) complain(status);
    return status == InstallStatus::kInstalled;
  }
  void withdraw(const ims::BindingKey& key) override { bindings_.withdraw(key); }
  void note_challenged(const sip::IpAddress& /*ip*/) override {}
  std::optional<ims::KernelRow> find(const ims::BindingKey& key) const override {
    return bindings_.find(key);
  }
  std::size_t clear() override { return bindings_.clear(); }
  std::optional<ims::Tag> read_tag(std::uint32_t mark) const override {
    return dataplane::tag_of(mark);
  }
  bool notes_anchors() const override { return false; }
  std::optional<ims::Anchor> anchor_of(std::uint32_t /*seat*/,
                                       const sip::Flow& /*flow*/) const override {
    return std::nullopt;
  }
  Counters counters() const override {
    Counters out;
    const auto counters = dataplane::read_counters(pin_path_);
    if (!counters) return out;
    for (const dataplane::NamedCounter& counter : *counters) {
      out.emplace_back(fmt::format("{}.{}", counter.interface, counter.name), counter.packets);
    }
    return out;
  }
  bool is_enforced() const override { return true; }

 private:
  /// The event says which user; this says why, and seldom: a full map refuses many.
  void complain(InstallStatus status) {
    const sip::Time now = std::chrono::steady_clock::now();
    if (now < next_complaint_) return;
    next_complaint_ = now + kBetweenComplaints;
    log_.say(ops::LogLevel::kError,
             status == InstallStatus::kFull
                 ? fmt::format("the kernel's map is full ({} rows): new registrations are answered "
                               "503; raise gate.max_bindings and start both services again",
                               bindings_.capacity())
                 : "the kernel refuses rows: new registrations are answered 503");
  }

  dataplane::Bindings bindings_;
  std::string pin_path_;
  ops::Log& log_;
  sip::Time next_complaint_;
};

}  // namespace

std::unique_ptr<BindingMap> open_bindings(const ops::Config& config, ops::Log& log) {
  if (!config.gate) return std::make_unique<NoBindingMap>();
  auto bindings = dataplane::Bindings::open(config.gate->pin_path);
  if (!bindings) throw std::runtime_error(bindings.error());
  return std::make_unique<KernelBindings>(std::move(*bindings), config.gate->pin_path, log);
}

}  // namespace sipward::node
