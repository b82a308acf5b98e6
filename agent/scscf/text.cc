// SPDX-License-Identifier: Apache-2.0
#include "agent/scscf/text.h"

namespace sipward::scscf {

std::optional<sip::IpAddress> parse_host_address(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return sip::IpAddress::parse(host);
}

std::string hex(std::uint64_t value) {
  std::string text(16, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, value >>= 4) {
    *digit = "0123456789abcdef"[value & 0xf];
  }
  return text;
}

}  // namespace sipward::scscf
