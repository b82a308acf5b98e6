// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/migration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <set>

#include "agent/dataplane/batch.h"
#include "agent/dataplane/bindings.h"
#include "agent/dataplane/map_names.h"
#include "agent/dataplane/meta.h"
#include "agent/dataplane/pinned_maps.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/row.h"

namespace sipward::dataplane {

namespace {

/// `struct sipward_binding` of ABI version 1. The keys were as they are now.
struct BindingV1 {
  __u64 decision;
  __u32 binding;
  __u32 epoch;
  __u64 expires_s;
  __u64 installed_s;
};
static_assert(sizeof(BindingV1) == 32);

using dataplane::read_row;  // of this version's

ims::KernelRow read_row(ims::BindingKey key, const BindingV1& value) {
  return {.key = key,
          .binding = value.binding,
          .epoch = value.epoch,
          .expires = sip::Time{std::chrono::seconds{value.expires_s}}};
}

template <class Key, class Value>
bool read_into(int map, std::vector<ims::KernelRow>& rows) {
  const auto info = map_info(map);
  if (!info || info->value_size != sizeof(Value)) return false;
  return for_each_element<Key, Value>(map, [&](const Key& key, const Value& value) {
    rows.push_back(read_row(read_key(key), value));
  });
}

bool is_map_name(const std::string& name) {
  return std::ranges::find(kMapNames, name) != std::end(kMapNames);
}

}  // namespace

OldMaps OldMaps::open(const std::string& pin_path) {
  OldMaps old;
  if (const auto meta = read_meta(pin_path)) old.abi_version_ = meta->abi_version;
  old.v4_ = open_pinned(map_path(pin_path, kBindings4));
  old.v6_ = open_pinned(map_path(pin_path, kBindings6));
  if (auto pulse = Pulse::open(pin_path)) old.pulse_ = std::move(*pulse);
  return old;
}

std::optional<std::vector<ims::KernelRow>> OldMaps::rows() const {
  std::vector<ims::KernelRow> rows;
  if (!v4_ || !v6_) return rows;
  bool known = false;
  if (abi_version_ == 1) {
    known = read_into<sipward_key4, BindingV1>(v4_.get(), rows) &&
            read_into<sipward_key6, BindingV1>(v6_.get(), rows);
  } else if (abi_version_ == SIPWARD_ABI_VERSION) {
    known = read_into<sipward_key4, sipward_binding>(v4_.get(), rows) &&
            read_into<sipward_key6, sipward_binding>(v6_.get(), rows);
  }
  return known ? std::optional(std::move(rows)) : std::nullopt;
}

void OldMaps::supersede() {
  if (pulse_) pulse_->supersede();
}

sip::Result<Migration, std::string> Migration::open(const std::string& pin_path) {
  Migration migration(pin_path, OldMaps::open(pin_path));
  migration.abandon();
  std::error_code error;
  std::filesystem::create_directory(migration.folder_, error);
  if (error) return fmt::format("cannot make {}: {}", migration.folder_, error.message());
  return migration;
}

void Migration::abandon() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

/// The daemon lives; it will only be told of the new maps later. Without this, fail_mode would
/// apply till then.
void Migration::copy_beat() const {
  if (auto pulse = Pulse::open(folder_)) pulse->words().beat_s = old_.beat();
}

sip::Result<std::size_t, std::string> Migration::copy() {
  copy_beat();
  const auto rows = old_.rows();
  if (!rows) {
    return fmt::format(
        "the rows under {} are of ABI version {}, which this sipward-gate does not know: they are "
        "not taken over, and the UEs register anew",
        pin_path_, old_.abi_version());
  }
  auto bindings = Bindings::open(folder_);
  if (!bindings) return bindings.error();
  const std::size_t copied = bindings->install_all(*rows);
  if (copied == rows->size()) return copied;
  return fmt::format("only {} of {} rows have room in the new maps: the other UEs register anew",
                     copied, rows->size());
}

std::optional<std::string> Migration::take_over() {
  bring_after();
  for (const std::string_view name : kMapNames) {
    const std::string from = map_path(folder_, name);
    const std::string to = map_path(pin_path_, name);
    if (std::rename(from.c_str(), to.c_str()) != 0) {
      return fmt::format("cannot pin {}: {}", to, errno_text(errno));
    }
  }
  old_.supersede();
  unlink_strangers();
  abandon();
  return std::nullopt;
}

/// Between the copy and now the daemon went on writing into the old maps: an old row that is not in
/// the new maps came, one that is only there has gone. What it writes after this it writes again
/// when it opens the new maps, which have one writer at a time.
void Migration::bring_after() {
  const auto rows = old_.rows();
  auto bindings = Bindings::open(folder_);
  if (!rows || !bindings) return;
  std::set<ims::BindingKey> kept;
  for (const ims::KernelRow& row : *rows) kept.insert(row.key);
  for (const ims::KernelRow& row : bindings->list()) {
    if (!kept.contains(row.key)) bindings->withdraw(row.key);
  }
  bindings->install_all(*rows);
}

/// Maps that this version has no more.
void Migration::unlink_strangers() const {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(pin_path_, ignored)) {
    const std::string name = entry.path().filename().string();
    const bool of_interface = name.starts_with("link_") || name.starts_with("prog_");
    if (entry.is_directory(ignored) || of_interface || is_map_name(name)) continue;
    std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace sipward::dataplane
