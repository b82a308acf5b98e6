// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bpf/abi.h"
#include "sip/result.h"

struct gate_bpf;

namespace sipward::dataplane {

/// What a program is made of.
struct LoadRequest {
  std::string pin_path;  ///< on a bpffs; maps that are pinned there are used, missing ones made
  sipward_settings settings{};
  std::uint32_t max_bindings = 65'536;
};

/// The gate of one interface in the kernel: loaded, verified, not attached. Lives as long as this,
/// or as a link or pin that holds it. Needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON.
class Program {
 public:
  /// The error is one line, then the kernel's log if the kernel refused the program.
  static sip::Result<Program, std::string> load(const LoadRequest& request);

  [[nodiscard]] int gate_fd() const;  ///< XDP
  [[nodiscard]] int tag_fd() const;   ///< tc ingress
  /// Whether the maps that are pinned there are of the shape and size that `load` would make. Where
  /// they are not, the kernel would refuse to load.
  [[nodiscard]] static bool fits_pinned(const LoadRequest& request);

 private:
  struct Destroy {
    void operator()(gate_bpf* skeleton) const;
  };
  explicit Program(gate_bpf* skeleton) : skeleton_(skeleton) {}

  std::unique_ptr<gate_bpf, Destroy> skeleton_;
};

}  // namespace sipward::dataplane
