// SPDX-License-Identifier: Apache-2.0
#include "agent/store/sqlite.h"

#include <utility>

namespace sipward::store {
namespace {

constexpr int kBusyTimeoutMs = 2000;

}  // namespace

Statement::Statement(Database& database, std::string_view sql) : connection_(database.handle()) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  statement_.reset(statement);
}

Statement& Statement::bind(int index, std::string_view text) {
  check(sqlite3_bind_text(statement_.get(), index, text.data(), static_cast<int>(text.size()),
                          SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind(int index, std::int64_t number) {
  check(sqlite3_bind_int64(statement_.get(), index, number));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) check(code);
  return false;
}

std::int64_t Statement::run() {
  step();
  return sqlite3_changes64(connection_);
}

void Statement::reset() {
  sqlite3_reset(statement_.get());  // repeats the last step's error, which has been thrown
  sqlite3_clear_bindings(statement_.get());
}

std::string Statement::text(int column) const {
  const auto* octets = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return octets == nullptr
             ? std::string()
             : std::string(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) {
    throw SqliteError(sqlite3_extended_errcode(connection_), sqlite3_errmsg(connection_));
  }
}

Database::Database(const std::string& path) {
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READWRITE, nullptr);
  connection_.reset(connection);
  if (code != SQLITE_OK) {
    throw SqliteError(code, connection == nullptr ? "out of memory" : sqlite3_errmsg(connection));
  }
  sqlite3_busy_timeout(connection, kBusyTimeoutMs);
}

void Database::execute(const char* sql) {
  if (sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw SqliteError(sqlite3_extended_errcode(handle()), sqlite3_errmsg(handle()));
  }
}

std::int64_t Database::number(std::string_view sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.number(0) : 0;
}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_->execute("COMMIT");
  database_ = nullptr;
}

}  // namespace sipward::store
