// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/bindings.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <cerrno>
#include <unordered_set>

#include "agent/dataplane/batch.h"
#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pinned_maps.h"
#include "agent/dataplane/row.h"

namespace sipward::dataplane {

namespace {

bpf_map_info info_of(int map) { return map_info(map).value_or(bpf_map_info{}); }

bool has_shape(int map, std::size_t key_size) {
  const bpf_map_info info = info_of(map);
  return info.type == BPF_MAP_TYPE_HASH && info.key_size == key_size &&
         info.value_size == sizeof(sipward_binding);
}

template <class Key>
void list_into(int map, std::vector<ims::KernelRow>& rows) {
  for_each_element<Key, sipward_binding>(map, [&](const Key& key, const sipward_binding& value) {
    rows.push_back(read_row(read_key(key), value));
  });
}

struct RowMaps {
  Descriptor v4;
  Descriptor v6;
};

std::vector<ims::KernelRow> list_rows(int v4, int v6) {
  std::vector<ims::KernelRow> rows;
  list_into<sipward_key4>(v4, rows);
  list_into<sipward_key6>(v6, rows);
  return rows;
}

sip::Result<RowMaps, std::string> open_rows(const std::string& pin_path) {
  auto v4 = open_map(pin_path, kBindings4);
  if (!v4) return v4.error();
  auto v6 = open_map(pin_path, kBindings6);
  if (!v6) return v6.error();
  if (!has_shape(v4->get(), sizeof(sipward_key4)) || !has_shape(v6->get(), sizeof(sipward_key6))) {
    return fmt::format("the maps under {} were made by another version: sipward-gate upgrade",
                       pin_path);
  }
  return RowMaps{.v4 = std::move(*v4), .v6 = std::move(*v6)};
}

}  // namespace

sip::Result<Bindings, std::string> Bindings::open(const std::string& pin_path) {
  auto rows = open_rows(pin_path);
  if (!rows) return rows.error();
  const std::size_t capacity = info_of(rows->v4.get()).max_entries;
  auto index = AddressIndex::open(pin_path);
  if (!index) return index.error();
  Bindings bindings{std::move(rows->v4), std::move(rows->v6), std::move(*index), capacity};
  bindings.repair_index();
  return bindings;
}

sip::Result<std::vector<ims::KernelRow>, std::string> Bindings::read(const std::string& pin_path) {
  const auto rows = open_rows(pin_path);
  if (!rows) return rows.error();
  return list_rows(rows->v4.get(), rows->v6.get());
}

int Bindings::map_of(const RowKey& key) const { return key.is_v4 ? v4_.get() : v6_.get(); }

InstallStatus Bindings::install(const ims::KernelRow& row) {
  const auto key = make_key(row.key);
  if (!key) return InstallStatus::kRefused;
  const auto value = make_value(*key, row);
  if (!value) return InstallStatus::kRefused;
  const int map = map_of(*key);
  if (bpf_map_update_elem(map, key->data(), &*value, BPF_EXIST) == 0) {
    return InstallStatus::kInstalled;
  }
  if (errno != ENOENT) return InstallStatus::kRefused;
  if (!index_.add(row.key)) return InstallStatus::kFull;
  if (bpf_map_update_elem(map, key->data(), &*value, BPF_NOEXIST) == 0) {
    return InstallStatus::kInstalled;
  }
  const int error = errno;
  index_.remove(row.key);
  return error == E2BIG ? InstallStatus::kFull : InstallStatus::kRefused;
}

std::vector<ims::BindingKey> Bindings::new_keys(std::span<const ims::KernelRow> rows) const {
  std::unordered_set<ims::BindingKey> known;
  for (const ims::KernelRow& row : list()) known.insert(row.key);
  std::vector<ims::BindingKey> fresh;
  for (const ims::KernelRow& row : rows) {
    if (known.empty() || known.insert(row.key).second) fresh.push_back(row.key);
  }
  return fresh;
}

std::size_t Bindings::install_all(std::span<const ims::KernelRow> rows) {
  if (rows.empty()) return 0;  // not even a look at what is there
  index_.add_all(new_keys(rows));
  Batch<sipward_key4, sipward_binding> v4(v4_.get());
  Batch<sipward_key6, sipward_binding> v6(v6_.get());
  bool all = true;
  for (const ims::KernelRow& row : rows) {
    const auto key = make_key(row.key);
    const auto value = key ? make_value(*key, row) : std::nullopt;
    if (!value) {
      all = false;
    } else {
      all = (key->is_v4 ? v4.add(key->v4, *value) : v6.add(key->v6, *value)) && all;
    }
  }
  all = v4.flush() && all;
  all = v6.flush() && all;   // each family has its own room
  if (!all) repair_index();  // it was told of rows that are not there
  return v4.written() + v6.written();
}

bool Bindings::repair_index() {
  std::vector<ims::BindingKey> keys;
  for (const ims::KernelRow& row : list()) keys.push_back(row.key);
  return index_.rebuild(keys);
}

bool Bindings::withdraw(const ims::BindingKey& binding_key) {
  const auto key = make_key(binding_key);
  if (!key) return false;
  const auto closed =
      make_value(*key, {.key = binding_key, .binding = 0, .epoch = 0, .expires = {}});
  if (bpf_map_update_elem(map_of(*key), key->data(), &*closed, BPF_EXIST) != 0) return false;
  const bool deleted = bpf_map_delete_elem(map_of(*key), key->data()) == 0;
  index_.remove(binding_key);
  return deleted;
}

std::optional<ims::KernelRow> Bindings::find(const ims::BindingKey& binding_key) const {
  const auto key = make_key(binding_key);
  if (!key) return std::nullopt;
  sipward_binding value{};
  if (bpf_map_lookup_elem(map_of(*key), key->data(), &value) != 0) return std::nullopt;
  return read_row(binding_key, value);
}

std::vector<ims::KernelRow> Bindings::list() const { return list_rows(v4_.get(), v6_.get()); }

std::size_t Bindings::clear() {
  std::size_t cleared = 0;
  for (const ims::KernelRow& row : list()) cleared += withdraw(row.key) ? 1 : 0;
  return cleared;
}

}  // namespace sipward::dataplane
