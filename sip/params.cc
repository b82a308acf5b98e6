// SPDX-License-Identifier: Apache-2.0
#include "sip/params.h"

#include <algorithm>

#include "sip/grammar.h"

namespace sipward::sip {

const Param* Params::find(std::string_view name) const {
  const auto it = std::find_if(params_.begin(), params_.end(),
                               [&](const Param& p) { return iequals(p.name, name); });
  return it == params_.end() ? nullptr : &*it;
}

std::optional<std::string_view> Params::value(std::string_view name) const {
  const Param* param = find(name);
  if (param == nullptr || !param->value) return std::nullopt;
  return *param->value;
}

void Params::set(std::string_view name, std::optional<std::string> value, bool quoted) {
  for (Param& param : params_) {
    if (!iequals(param.name, name)) continue;
    param.value = std::move(value);
    param.quoted = quoted;
    return;
  }
  params_.push_back({.name = std::string(name), .value = std::move(value), .quoted = quoted});
}

bool Params::remove(std::string_view name) {
  return std::erase_if(params_, [&](const Param& p) { return iequals(p.name, name); }) > 0;
}

void append_params(std::string& out, const Params& params) {
  for (const Param& param : params) {
    out += ';';
    out += param.name;
    if (!param.value) continue;
    out += '=';
    if (param.quoted) {
      append_quoted(out, *param.value);
    } else {
      out += *param.value;
    }
  }
}

}  // namespace sipward::sip
