// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/admissions.h"

#include <bpf/bpf.h>
#include <netinet/in.h>

#include <algorithm>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/pinned_maps.h"
#include "agent/dataplane/row.h"
#include "bpf/abi.h"

namespace sipward::dataplane {

sip::Result<Admissions, std::string> Admissions::open(const std::string& pin_path) {
  auto map = open_map_to_read(pin_path, kAdmissions);
  if (!map) return map.error();
  return Admissions{std::move(*map)};
}

std::optional<ims::Anchor> Admissions::find(std::uint32_t seat, const sip::Flow& flow) const {
  sipward_admission noted{};
  if (bpf_map_lookup_elem(map_.get(), &seat, &noted) != 0) return std::nullopt;
  __u8 source[16];
  write_address(flow.remote.ip, source);
  const __u8 proto = flow.transport == sip::Transport::kUdp ? IPPROTO_UDP : IPPROTO_TCP;
  if (!std::ranges::equal(noted.source, source) || noted.source_port != flow.remote.port ||
      noted.proto != proto) {
    return std::nullopt;
  }
  return read_anchor(noted.anchor);
}

}  // namespace sipward::dataplane
