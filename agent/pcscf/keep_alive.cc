// SPDX-License-Identifier: Apache-2.0
#include "agent/pcscf/keep_alive.h"

#include <algorithm>
#include <string>

#include "sip/headers.h"

namespace sipward::pcscf {
namespace {

using sip::Field;

constexpr std::string_view kKeep = "keep";

}  // namespace

bool offers_keep_alive(const sip::Message& request) {
  const auto via = sip::top_via(request);
  const sip::Param* keep = via ? via->params.find(kKeep) : nullptr;
  return keep != nullptr && !keep->value;
}

std::uint32_t decide_keep_alive(const sip::Message& response, const KeepAliveTerms& terms) {
  if (!terms.offered && !terms.outbound) return 0;  // who knows neither keeps nothing alive
  const auto timer = sip::number(response, Field::kFlowTimer).value_or(0);
  return std::min(timer != 0 ? timer : terms.wish, kLongestKeepAlive);
}

void write_keep_alive(sip::Message& response, const KeepAliveTerms& terms, std::uint32_t seconds) {
  if (seconds == 0) return;
  const std::string value = std::to_string(seconds);
  if (terms.outbound || response.has(Field::kFlowTimer)) response.set(Field::kFlowTimer, value);
  if (!terms.offered) return;
  auto via = sip::top_via(response);
  if (!via || !via->params.has(kKeep)) return;
  via->params.set(kKeep, value);
  response.set_first(Field::kVia, via->text());
}

}  // namespace sipward::pcscf
