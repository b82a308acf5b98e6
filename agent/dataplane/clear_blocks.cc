// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/clear_blocks.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <numeric>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pinned_maps.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/source_rule_maps.h"

namespace sipward::dataplane {

namespace {

/// The blocks that a prefix is, or the one it lies in.
struct Blocks {
  std::uint32_t first = 0;
  std::uint32_t count = 1;
};

Blocks blocks_of(const sip::IpPrefix& prefix) {
  const auto octets = prefix.ip.bytes();
  Blocks blocks{.first = std::uint32_t{octets[0]} << 8 | octets[1]};
  if (prefix.length < SIPWARD_BLOCK_BITS) {
    blocks.count = 1U << (SIPWARD_BLOCK_BITS - prefix.length);
  }
  return blocks;
}

class Painter {
 public:
  /// Longer ones later: within a whole block the longest prefix has the word; below that, one
  /// refused source is enough to make all of the block be looked up.
  void paint(const SourceRule& rule) {
    const bool whole = rule.prefix.length <= SIPWARD_BLOCK_BITS;
    const Blocks blocks = blocks_of(rule.prefix);
    for (std::uint32_t slot = 0; slot < SIPWARD_MAX_INTERFACES; ++slot) {
      const bool refused = (rule.rule.refused >> slot & 1) != 0;
      if (!whole && !refused) continue;
      for (std::uint32_t i = 0; i < blocks.count; ++i) {
        set(slot, !rule.prefix.ip.is_v4(), blocks.first + i, !refused);
      }
    }
  }
  [[nodiscard]] ClearBlocks take() { return std::move(words_); }

 private:
  void set(std::uint32_t slot, bool v6, std::uint32_t block, bool clear) {
    std::uint64_t& word = words_[sipward_block_word(slot, v6 ? 1 : 0, block)];
    const std::uint64_t bit = std::uint64_t{1} << (block & 63);
    word = clear ? word | bit : word & ~bit;
  }

  ClearBlocks words_ = ClearBlocks(kClearBlockWords, ~std::uint64_t{0});
};

std::optional<std::string> failed(const std::string& path) {
  return fmt::format("cannot write {}: {}", path, errno_text(errno));
}

std::vector<std::uint32_t> all_indexes() {
  std::vector<std::uint32_t> indexes(kClearBlockWords);
  std::iota(indexes.begin(), indexes.end(), 0U);
  return indexes;
}

/// False: errno is set.
bool read_blocks(int map, ClearBlocks& blocks) {
  auto indexes = all_indexes();
  auto count = static_cast<std::uint32_t>(kClearBlockWords);
  std::uint32_t position = 0;
  const int failed =
      bpf_map_lookup_batch(map, nullptr, &position, indexes.data(), blocks.data(), &count, nullptr);
  return (failed == 0 || errno == ENOENT) && count == kClearBlockWords;
}

bool write_blocks(int map, const ClearBlocks& blocks) {
  const auto indexes = all_indexes();
  auto count = static_cast<std::uint32_t>(kClearBlockWords);
  return bpf_map_update_batch(map, indexes.data(), blocks.data(), &count, nullptr) == 0;
}

}  // namespace

ClearBlocks make_clear_blocks(const std::vector<SourceRule>& rules) {
  std::vector<const SourceRule*> by_length;
  for (const SourceRule& rule : rules) by_length.push_back(&rule);
  std::ranges::stable_sort(by_length, {},
                           [](const SourceRule* rule) { return rule->prefix.length; });
  Painter painter;
  for (const SourceRule* rule : by_length) painter.paint(*rule);
  return painter.take();
}

std::optional<std::string> write_sources(const std::string& pin_path,
                                         const std::vector<SourceRule>& rules) {
  const auto map = open_map(pin_path, kClearBlocks);
  if (!map) return map.error();
  const std::string path = map_path(pin_path, kClearBlocks);
  const ClearBlocks wanted = make_clear_blocks(rules);
  ClearBlocks both(kClearBlockWords);
  if (!read_blocks(map->get(), both)) return failed(path);
  std::ranges::transform(both, wanted, both.begin(), std::bit_and<>());
  if (!write_blocks(map->get(), both)) return failed(path);
  if (auto error = write_source_rules(pin_path, rules)) return error;
  if (!write_blocks(map->get(), wanted)) return failed(path);
  return std::nullopt;
}

}  // namespace sipward::dataplane
