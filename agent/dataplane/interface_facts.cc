// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/interface_facts.h"

#include <algorithm>
#include <cerrno>

#include "agent/dataplane/hook.h"
#include "agent/dataplane/pins.h"
#include "agent/dataplane/xdp_features.h"

namespace sipward::dataplane {

namespace {

using Links = std::vector<Link>;

std::string name_of(const Links& links, std::uint32_t index) {
  const auto found = std::ranges::find(links, index, &Link::ifindex);
  return found == links.end() ? std::string() : found->name;
}

bool carries_vlans(const Links& links, std::uint32_t index) {
  return std::ranges::any_of(
      links, [&](const Link& one) { return one.kind == "vlan" && one.parent == index; });
}

/// Whose program runs is told by the link that is pinned: it can be read, or is surely not there.
bool may_see_link(const std::string& pin_path, const std::string& interface) {
  const Descriptor link = open_pinned(pin_of(pin_path, Pin::kGateLink, interface));
  return link || errno == ENOENT;
}

void read_program(InterfaceFacts& facts, const std::string& pin_path) {
  using Program = InterfaceFacts::Program;
  const XdpState running = xdp_state(facts.link->ifindex);
  if (running.program_id == 0) return;
  facts.running = describe_program(running.program_id);
  const Interface interface { .name = facts.name, .index = facts.link->ifindex };
  facts.program = foreign_xdp(pin_path, interface) ? Program::kForeign : Program::kOurs;
  if (!may_see_link(pin_path, facts.name)) facts.program = Program::kUnknown;
}

std::uint32_t our_tag_program(const std::string& pin_path, const std::string& interface) {
  const Descriptor program = open_pinned(pin_of(pin_path, Pin::kTagProgram, interface));
  return program ? program_id(program.get()) : 0;
}

InterfaceFacts read_interface(const std::string& name, const Links& links,
                              const std::string& pin_path) {
  InterfaceFacts facts;
  facts.name = name;
  const auto link = std::ranges::find(links, name, &Link::name);
  if (link == links.end()) return facts;
  facts.link = *link;
  facts.parent = name_of(links, link->parent);
  facts.master = name_of(links, link->master);
  facts.carries_vlans = carries_vlans(links, link->ifindex);
  facts.driver = read_driver(name);
  facts.xdp_features = read_xdp_features(link->ifindex);
  read_program(facts, pin_path);
  facts.tag_clash =
      find_tag_clash(read_ingress_filters(link->ifindex), our_tag_program(pin_path, name));
  return facts;
}

}  // namespace

std::vector<InterfaceFacts> read_interfaces(const GateConfig& config) {
  const Links links = read_links();
  std::vector<InterfaceFacts> facts;
  facts.reserve(config.interfaces.size());
  for (const std::string& name : config.interfaces) {
    facts.push_back(read_interface(name, links, config.pin_path));
  }
  return facts;
}

}  // namespace sipward::dataplane
