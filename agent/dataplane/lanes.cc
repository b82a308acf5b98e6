// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/lanes.h"

#include <bpf/bpf.h>

#include <algorithm>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pinned_maps.h"
#include "agent/dataplane/row.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

namespace {

constexpr std::size_t kSiteOctets = 8;  // a /64 is one site's (RFC 6177)

sipward_source make_source(const sip::IpAddress& ip) {
  sipward_source source{};
  write_address(ip, source.addr);
  if (!ip.is_v4()) std::fill(source.addr + kSiteOctets, std::end(source.addr), __u8{0});
  return source;
}

void note(int map, const sip::IpAddress& ip, std::chrono::seconds lifetime) {
  if (lifetime.count() <= 0) return;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto until = std::chrono::ceil<std::chrono::seconds>(now + lifetime).count();
  const sipward_source source = make_source(ip);
  const sipward_lane lane{.until_s = static_cast<__u64>(until)};
  bpf_map_update_elem(map, &source, &lane, BPF_ANY);  // a hint: without it nothing goes wrong
}

}  // namespace

sip::Result<Lanes, std::string> Lanes::open(const std::string& pin_path) {
  auto challenged = open_map(pin_path, dataplane::kChallenged);
  if (!challenged) return challenged.error();
  auto known = open_map(pin_path, kKnown);
  if (!known) return known.error();
  return Lanes{std::move(*challenged), std::move(*known)};
}

void Lanes::note_challenged(const sip::IpAddress& ip) {
  note(challenged_.get(), ip, Lanes::kChallenged);
}

void Lanes::note_bound(const sip::IpAddress& ip, std::chrono::seconds remembered) {
  note(known_.get(), ip, remembered);
}

}  // namespace sipward::dataplane
