// SPDX-License-Identifier: Apache-2.0
#include "sip/best_response.h"

#include <algorithm>
#include <utility>

#include "sip/headers.h"

namespace sipward::sip {
namespace {

bool is_challenge(int status) { return status == 401 || status == 407; }

/// Lower is better.
int rank_of_class(int status) { return status >= 600 ? 0 : status / 100; }

int rank_in_class(int status) {
  if (is_challenge(status)) return 0;
  if (status == 415 || status == 420 || status == 484) return 1;
  if (status == 408 || status == 503) return 3;
  return 2;
}

std::pair<int, int> rank(const BranchEnd& end) {
  const int status = end.response.status();
  return {rank_of_class(status), rank_in_class(status)};
}

void add_challenges(const Message& from, Message& to) {
  for (const Field field : {Field::kWwwAuthenticate, Field::kProxyAuthenticate}) {
    for (const std::string_view value : from.all(field)) to.add(field, value);
  }
}

}  // namespace

std::size_t choose_best(std::span<const BranchEnd> ends) {
  const auto best = std::min_element(
      ends.begin(), ends.end(), [](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return static_cast<std::size_t>(best - ends.begin());
}

Message best_response(std::span<const BranchEnd> ends) {
  const std::size_t chosen = choose_best(ends);
  const Message& response = ends[chosen].response;
  if (response.status() == 503 && !ends[chosen].local) return make_response(response, 500);
  Message best = response.clone();
  if (!is_challenge(best.status())) return best;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (i != chosen && is_challenge(ends[i].response.status())) {
      add_challenges(ends[i].response, best);
    }
  }
  return best;
}

}  // namespace sipward::sip
