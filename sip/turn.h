// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sip/transactions.h"

namespace sipward::sip {

/// One stimulus on its way through the transaction layer: when, and where its effects go.
struct Turn {
  Time now;
  Outbox& out;
  TransactionEvents& events;
};

}  // namespace sipward::sip
