// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sip/message.h"

namespace sipward::sip {

/// The requests that an element itself derives from an INVITE which it sent. Both go where the
/// INVITE went, with its top Via alone, its Route, and the sequence number of its CSeq.

/// RFC 3261 9.1.
[[nodiscard]] Message make_cancel(const Message& invite);
/// The ACK to a final response other than 2xx (RFC 3261 17.1.1.3): To is the response's. `request`
/// is the INVITE, or the CANCEL that was made from it.
[[nodiscard]] Message make_ack(const Message& request, const Message& response);

}  // namespace sipward::sip
