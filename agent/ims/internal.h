// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sip/flow.h"

namespace sipward::ims {

/// The flows that join the two roles of one process. Each role sees its own end as `local`.
[[nodiscard]] inline sip::Flow pcscf_to_scscf() {
  return {.transport = sip::Transport::kInternal,
          .local = {.ip = {}, .port = 1},
          .remote = {.ip = {}, .port = 2}};
}
[[nodiscard]] inline sip::Flow scscf_to_pcscf() {
  const sip::Flow flow = pcscf_to_scscf();
  return {.transport = flow.transport, .local = flow.remote, .remote = flow.local};
}

}  // namespace sipward::ims
