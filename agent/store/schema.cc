// SPDX-License-Identifier: Apache-2.0
#include "agent/store/schema.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "agent/store/error.h"

namespace sipward::store {
namespace {

/// `impu` is the canonical form, for look-ups; `name` is the identity as provisioned.
constexpr const char* kTables = R"sql(
CREATE TABLE subscribers (
  impi TEXT PRIMARY KEY NOT NULL,
  realm TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
  impi TEXT NOT NULL REFERENCES subscribers(impi) ON DELETE CASCADE,
  algorithm TEXT NOT NULL CHECK (algorithm IN ('MD5', 'SHA-256', 'SHA-512-256')),
  ha1 TEXT NOT NULL,
  PRIMARY KEY (impi, algorithm)
) STRICT, WITHOUT ROWID;

CREATE TABLE identities (
  impi TEXT NOT NULL REFERENCES subscribers(impi) ON DELETE CASCADE,
  impu TEXT NOT NULL,
  name TEXT NOT NULL,
  registration_set INTEGER NOT NULL DEFAULT 0,
  is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
  barred INTEGER NOT NULL DEFAULT 0 CHECK (barred IN (0, 1)),
  position INTEGER NOT NULL,
  PRIMARY KEY (impi, impu),
  CHECK (NOT (is_default AND barred))
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_by_impu ON identities(impu, impi);
CREATE UNIQUE INDEX one_default ON identities(impi, registration_set) WHERE is_default = 1;
)sql";

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error(fmt::format("subscriber store {}: {}", path, what));
}

/// Owns the descriptor of the file while it is made.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

void give_to_owner_of_directory(const File& file, const std::string& path) {
  if (geteuid() != 0) return;
  auto directory = std::filesystem::path(path).parent_path();
  if (directory.empty()) directory = ".";
  struct stat status {};
  if (stat(directory.c_str(), &status) != 0 ||
      fchown(file.fd(), status.st_uid, status.st_gid) != 0) {
    fail(path, fmt::format("cannot give the file to the owner of {}: {}", directory.string(),
                           std::strerror(errno)));
  }
}

}  // namespace

void make_file(const std::string& path) {
  const File file(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (file.fd() < 0) {
    if (errno == EEXIST) return;
    fail(path, fmt::format("cannot be made: {}", std::strerror(errno)));
  }
  if (fchmod(file.fd(), 0640) != 0) {  // whatever the umask says
    fail(path, fmt::format("cannot set its mode: {}", std::strerror(errno)));
  }
  give_to_owner_of_directory(file, path);
}

void prepare_schema(Database& database, const std::string& path) {
  database.execute("PRAGMA foreign_keys = ON");
  const bool empty = database.number("SELECT count(*) FROM sqlite_schema") == 0;
  const std::int64_t version = database.number("PRAGMA user_version");
  if (!empty && database.number("PRAGMA application_id") != kApplicationId) {
    fail(path, "is an SQLite file, but not a subscriber store");
  }
  if (version > kSchemaVersion) {
    fail(path, fmt::format("has version {}, this program knows versions up to {}: upgrade it",
                           version, kSchemaVersion));
  }
  if (!empty) return;
  database.execute("PRAGMA journal_mode = WAL");
  Transaction transaction(database, Transaction::Kind::kWrite);
  // Another process may have been faster.
  if (database.number("SELECT count(*) FROM sqlite_schema") != 0) return;
  database.execute(kTables);
  database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str());
  database.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion).c_str());
  transaction.commit();
}

}  // namespace sipward::store
