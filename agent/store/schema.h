// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "agent/store/sqlite.h"

namespace sipward::store {

/// `PRAGMA user_version` of the file. A later version adds its step to `prepare_schema`.
inline constexpr std::int64_t kSchemaVersion = 1;
/// `PRAGMA application_id`: "sipw".
inline constexpr std::int64_t kApplicationId = 0x73697077;

/// Makes the file when it is not there: mode 0640, and as root owned by the owner of its directory,
/// so that the daemon may read what an administrator made. Throws `Error`.
void make_file(const std::string& path);

/// Sets the connection up and makes the tables of an empty file. Throws `Error` for a file that is
/// not ours or of a later version.
void prepare_schema(Database& database, const std::string& path);

}  // namespace sipward::store
