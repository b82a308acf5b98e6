// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "sip/field.h"

namespace sipward::sip {

/// Whether one value (unfolded, trimmed; of a list field one element) is what the grammar of the
/// field allows. Fields that the product only strips or passes on are checked for octets alone, as
/// unknown ones are. `Contact: *` is a value; where it may stand is the reader's business.
[[nodiscard]] bool is_valid_value(Field field, std::string_view value);

/// Whether a list field may stand without any value (RFC 3261 25.1: `Supported:`).
[[nodiscard]] bool may_be_empty(Field field);

/// Whether quoted-pairs with control octets may stand in the field: those that have quoted strings
/// which this product unescapes and writes anew.
[[nodiscard]] bool may_escape_controls(Field field);

}  // namespace sipward::sip
