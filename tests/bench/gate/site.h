// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "tests/kernel/net_lab.h"

namespace sipward::bench {

/// One receiver: a host in a network namespace of its own, whose interface sw0 is one end of a veth
/// pair; the other end is at the generator. Each receiver keeps its rules and rows for the whole
/// run, so that they can be measured in turn.
class Site {
 public:
  Site(const test::Namespace& generator, const std::string& name);

  [[nodiscard]] const test::Namespace& host() const { return host_; }
  /// The generator's end, in its namespace.
  [[nodiscard]] std::uint32_t wire_ifindex() const { return wire_ifindex_; }
  void attach_xdp(int program) const;

  /// What has arrived at sw0 so far, also what XDP dropped.
  [[nodiscard]] std::uint64_t received() const;
  /// Of these, what came as far as UDP and found no socket.
  [[nodiscard]] std::uint64_t without_socket() const;

 private:
  test::Namespace host_;
  std::uint32_t wire_ifindex_ = 0;
};

}  // namespace sipward::bench
