// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sip/message.h"

namespace sipward::sip::test {

/// Writes the message and reads that again: empty if the two are the same in every part and the
/// bytes do not change when they are written once more, else what differs. A message that grew
/// beyond the reader's limits in its canonical form is passed over.
std::string round_trip_difference(const Message& message);

}  // namespace sipward::sip::test
