// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/bindings.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cerrno>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/row.h"

namespace sipward::dataplane {

namespace {

constexpr std::size_t kBatch = 1'024;

sip::Result<Descriptor, std::string> open_map(const std::string& pin_path, std::string_view name) {
  const std::string path = fmt::format("{}/{}", pin_path, name);
  Descriptor map = open_pinned(path);
  if (!map) return cannot_open(path, errno);
  return map;
}

bpf_map_info info_of(int map) {
  bpf_map_info info{};
  __u32 size = sizeof(info);
  bpf_obj_get_info_by_fd(map, &info, &size);
  return info;
}

bool has_shape(int map, std::size_t key_size) {
  const bpf_map_info info = info_of(map);
  return info.type == BPF_MAP_TYPE_HASH && info.key_size == key_size &&
         info.value_size == sizeof(sipward_binding);
}

template <class Key>
void list_into(int map, std::vector<ims::KernelRow>& rows) {
  std::vector<Key> keys(kBatch);
  std::vector<sipward_binding> values(kBatch);
  __u32 position = 0;
  for (bool first = true, more = true; more; first = false) {
    auto count = static_cast<__u32>(kBatch);
    const int failed = bpf_map_lookup_batch(map, first ? nullptr : &position, &position,
                                            keys.data(), values.data(), &count, nullptr);
    // ENOENT is the end, with the last rows. A bucket never holds kBatch rows.
    if (failed != 0 && errno != ENOENT) return;
    more = failed == 0;
    for (__u32 i = 0; i < count; ++i) rows.push_back(read_row(read_key(keys[i]), values[i]));
  }
}

}  // namespace

sip::Result<Bindings, std::string> Bindings::open(const std::string& pin_path) {
  auto v4 = open_map(pin_path, kBindings4);
  if (!v4) return v4.error();
  auto v6 = open_map(pin_path, kBindings6);
  if (!v6) return v6.error();
  if (!has_shape(v4->get(), sizeof(sipward_key4)) || !has_shape(v6->get(), sizeof(sipward_key6))) {
    return fmt::format(
        "the maps under {} were made by another version: sipward-gate detach, then "
        "sipward-gate attach",
        pin_path);
  }
  const std::size_t capacity = info_of(v4->get()).max_entries;
  return Bindings{std::move(v4).value(), std::move(v6).value(), capacity};
}

InstallStatus Bindings::install(const ims::KernelRow& row) {
  const auto key = make_key(row.key);
  if (!key) return InstallStatus::kRefused;
  const auto value = make_value(*key, row);
  if (!value) return InstallStatus::kRefused;
  const int map = key->is_v4 ? v4_.get() : v6_.get();
  if (bpf_map_update_elem(map, key->data(), &*value, BPF_ANY) == 0) {
    return InstallStatus::kInstalled;
  }
  return errno == E2BIG ? InstallStatus::kFull : InstallStatus::kRefused;
}

bool Bindings::withdraw(const ims::BindingKey& binding_key) {
  const auto key = make_key(binding_key);
  if (!key) return false;
  const int map = key->is_v4 ? v4_.get() : v6_.get();
  const auto closed =
      make_value(*key, {.key = binding_key, .binding = 0, .epoch = 0, .expires = {}});
  if (bpf_map_update_elem(map, key->data(), &*closed, BPF_EXIST) != 0) return false;
  return bpf_map_delete_elem(map, key->data()) == 0;
}

std::optional<ims::KernelRow> Bindings::find(const ims::BindingKey& binding_key) const {
  const auto key = make_key(binding_key);
  if (!key) return std::nullopt;
  const int map = key->is_v4 ? v4_.get() : v6_.get();
  sipward_binding value{};
  if (bpf_map_lookup_elem(map, key->data(), &value) != 0) return std::nullopt;
  return read_row(binding_key, value);
}

std::vector<ims::KernelRow> Bindings::list() const {
  std::vector<ims::KernelRow> rows;
  list_into<sipward_key4>(v4_.get(), rows);
  list_into<sipward_key6>(v6_.get(), rows);
  return rows;
}

std::size_t Bindings::clear() {
  std::size_t cleared = 0;
  for (const ims::KernelRow& row : list()) cleared += withdraw(row.key) ? 1 : 0;
  return cleared;
}

}  // namespace sipward::dataplane
