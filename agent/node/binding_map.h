// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/ims/actions.h"
#include "agent/ims/drift.h"
#include "agent/ims/tag.h"

namespace sipward::node {

/// Where the P-CSCF's rows are enforced: the kernel's maps, or nowhere when there is no gate.
class BindingMap {
 public:
  using Counters = std::vector<std::pair<std::string, std::uint64_t>>;  ///< name, packets

  virtual ~BindingMap() = default;

  /// The row is there when this returns true.
  virtual bool install(const ims::KernelRow& row) = 0;
  virtual void withdraw(const ims::BindingKey& key) = 0;
  /// The source was sent a 401.
  virtual void note_challenged(const sip::IpAddress& ip) = 0;
  /// The row as it really is there.
  [[nodiscard]] virtual std::optional<ims::KernelRow> find(const ims::BindingKey& key) const = 0;
  /// Makes the rows there these, whatever they were; how far they were from them.
  virtual ims::Drift reconcile(std::span<const ims::KernelRow> wanted) = 0;
  /// Once a second: the daemon is alive. True: what holds the rows is another thing than before,
  /// and must be made to agree.
  virtual bool beat(sip::Time now) = 0;
  /// What the mark of a packet says; nullopt: the packet passed no gate.
  [[nodiscard]] virtual std::optional<ims::Tag> read_tag(std::uint32_t mark) const = 0;
  /// Whether admitted packets have a seat where `anchor_of` finds where they entered.
  [[nodiscard]] virtual bool notes_anchors() const = 0;
  /// Where the admitted packet of this seat entered; nullopt: the seat has been taken again since.
  [[nodiscard]] virtual std::optional<ims::Anchor> anchor_of(std::uint32_t seat,
                                                             const sip::Flow& flow) = 0;
  [[nodiscard]] virtual Counters counters() const = 0;
  [[nodiscard]] virtual bool is_enforced() const = 0;
};

/// Without [gate]: the table in user space alone decides.
class NoBindingMap final : public BindingMap {
 public:
  bool install(const ims::KernelRow& /*row*/) override { return true; }
  void withdraw(const ims::BindingKey& /*key*/) override {}
  void note_challenged(const sip::IpAddress& /*ip*/) override {}
  std::optional<ims::KernelRow> find(const ims::BindingKey& /*key*/) const override {
    return std::nullopt;
  }
  ims::Drift reconcile(std::span<const ims::KernelRow> /*wanted*/) override { return {}; }
  bool beat(sip::Time /*now*/) override { return false; }
  std::optional<ims::Tag> read_tag(std::uint32_t /*mark*/) const override { return std::nullopt; }
  bool notes_anchors() const override { return false; }
  std::optional<ims::Anchor> anchor_of(std::uint32_t /*seat*/, const sip::Flow& /*flow*/) override {
    return std::nullopt;
  }
  Counters counters() const override { return {}; }
  bool is_enforced() const override { return false; }
};

}  // namespace sipward::node
