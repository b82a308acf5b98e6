// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "sip/message.h"

namespace sipward::sip {

/// How one branch of a forwarded request ended, other than with 2xx.
struct BranchEnd {
  Message response;
  bool local = false;  ///< made here for want of one: nothing was received
};

/// Which of the responses goes back (RFC 3261 16.7 step 6): a 6xx before all others, else one of
/// the lowest class; among equals the first that came, but
///  - 401 and 407, then 415, 420 and 484, before the rest: the user can do something about them;
///  - 408 and 503 last: they say the least.
/// `ends` must not be empty.
[[nodiscard]] std::size_t choose_best(std::span<const BranchEnd> ends);

/// That response, ready to go back:
///  - a 401 or 407 carries the challenges of all of them (step 7);
///  - a received 503 becomes 500: it speaks of the next hop, not of this one (step 6). Our own 503
///    says that this element can do no more, and stays.
[[nodiscard]] Message best_response(std::span<const BranchEnd> ends);

}  // namespace sipward::sip
