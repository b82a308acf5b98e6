// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

/// SQLite with owners. Used inside this folder only; what throws here is caught in this folder.
namespace sipward::store {

/// What SQLite said.
class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& text) : std::runtime_error(text), code_(code) {}
  [[nodiscard]] int code() const { return code_; }  ///< extended result code

 private:
  int code_;
};

class Database;

/// One prepared statement. Bind from 1, step through the rows, reset.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);

  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, std::int64_t number);
  /// True while there is a row.
  bool step();
  /// Executes a statement without rows; how many rows it changed.
  std::int64_t run();
  void reset();

  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;

 private:
  void check(int code) const;

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Binds, and resets the statement however the scope is left: an open read would keep the
/// write-ahead log from being folded back.
class Query {
 public:
  explicit Query(Statement& statement) : statement_(statement) { statement_.reset(); }
  ~Query() { statement_.reset(); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Statement* operator->() { return &statement_; }

 private:
  Statement& statement_;
};

/// One connection.
class Database {
 public:
  explicit Database(const std::string& path);

  void execute(const char* sql);
  /// A pragma's or query's first number.
  std::int64_t number(std::string_view sql);
  [[nodiscard]] sqlite3* handle() const { return connection_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  std::unique_ptr<sqlite3, Close> connection_;
};

/// Rolls back unless committed, which is how a read ends.
class Transaction {
 public:
  enum class Kind : std::uint8_t {
    kRead,   ///< several reads see one state of the file
    kWrite,  ///< nobody else writes from here on
  };
  Transaction(Database& database, Kind kind) : database_(&database) {
    database.execute(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database* database_;
};

}  // namespace sipward::store
