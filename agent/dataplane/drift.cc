// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/drift.h"

#include <unordered_map>
#include <vector>

namespace sipward::dataplane {

namespace {

using Rows = std::unordered_map<ims::BindingKey, const ims::KernelRow*>;

/// As the gate would judge by them: times count in whole seconds there.
bool are_alike(const ims::KernelRow& kernel, const ims::KernelRow& wanted) {
  return kernel.binding == wanted.binding && kernel.epoch == wanted.epoch &&
         kernel.expires == std::chrono::ceil<std::chrono::seconds>(wanted.expires) &&
         kernel.anchor == wanted.anchor && kernel.suspect == wanted.suspect &&
         kernel.silence == std::chrono::ceil<std::chrono::seconds>(wanted.silence);
}

}  // namespace

ims::Drift reconcile(GateMaps& maps, std::span<const ims::KernelRow> wanted,
                     std::chrono::seconds remembered) {
  Bindings& bindings = maps.bindings;
  const std::vector<ims::KernelRow> there = bindings.list();
  Rows by_key;
  for (const ims::KernelRow& row : there) by_key.emplace(row.key, &row);
  ims::Drift drift;
  std::vector<ims::KernelRow> to_write;
  for (const ims::KernelRow& row : wanted) {
    const auto found = by_key.find(row.key);
    if (found == by_key.end()) {
      ++drift.missing;
      to_write.push_back(row);
      continue;
    }
    if (!are_alike(*found->second, row)) {
      ++drift.different;
      to_write.push_back(row);
    }
    by_key.erase(found);
  }
  // Whoever changed rows behind the daemon's back has not told the index of it.
  const bool changed = drift.missing != 0 || !by_key.empty();
  if (changed && !there.empty()) bindings.repair_index();
  for (const auto& [key, row] : by_key) {
    drift.extra += bindings.withdraw(key) ? 1 : 0;
    maps.lanes.note_bound(key.ip, remembered);
  }
  drift.refused = to_write.size() - bindings.install_all(to_write);
  return drift;
}

}  // namespace sipward::dataplane
