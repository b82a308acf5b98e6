// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/table.h"

#include <algorithm>
#include <cstddef>

namespace sipward::ops {

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
      out += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    out += row.back() + '\n';
  }
  return out;
}

}  // namespace sipward::ops
