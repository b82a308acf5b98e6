// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "sip/time.h"

namespace sipward::node {

/// OpenSSL's generator, asked for a buffer at a time. Ends the process when the generator fails:
/// a guessable branch, token or nonce is worse than no service.
[[nodiscard]] sip::RandomSource make_random_source();
[[nodiscard]] std::string random_octets(std::size_t count);

}  // namespace sipward::node
