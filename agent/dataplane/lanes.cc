// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/lanes.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pins.h"
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
  Descriptor maps[2];
  const std::string_view names[2] = {dataplane::kChallenged, kKnown};
  for (int i = 0; i < 2; ++i) {
    const std::string path = fmt::format("{}/{}", pin_path, names[i]);
    maps[i] = open_pinned(path);
    if (!maps[i]) return cannot_open(path, errno);
  }
  return Lanes{std::move(maps[0]), std::move(maps[1])};
}

void Lanes::note_challenged(const sip::IpAddress& ip) {
  note(challenged_.get(), ip, Lanes::kChallenged);
}

void Lanes::note_bound(const sip::IpAddress& ip, std::chrono::seconds remembered) {
  note(known_.get(), ip, remembered);
}

}  // namespace sipward::dataplane
