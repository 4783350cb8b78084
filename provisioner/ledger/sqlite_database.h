#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <natscreds/base/result.h>

struct sqlite3;
struct sqlite3_stmt;

namespace natscreds::provisioner {

using SqliteValue = std::variant<std::int64_t, std::string>;
using SqliteRow = std::vector<SqliteValue>;

/// A prepared statement. Fails: std::errc::io_error, with SQLite's own words.
class SqliteStatement {
  public:
    SqliteStatement(sqlite3* database, const char* sql);

    /// Runs it with these values for its question marks, and returns all rows.
    [[nodiscard]] base::Result<std::vector<SqliteRow>> run(const std::vector<SqliteValue>& values = {});

  private:
    [[nodiscard]] base::Error error() const;

    sqlite3* database_;
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

/// An open database file. Thread: one at a time.
class SqliteDatabase {
  public:
    [[nodiscard]] static base::Result<SqliteDatabase> open(const std::filesystem::path& file);

    [[nodiscard]] base::Status run(const char* sql);
    [[nodiscard]] SqliteStatement prepare(const char* sql) { return {database_.get(), sql}; }
    /// How many rows the last statement changed.
    [[nodiscard]] int changes() const;

  private:
    explicit SqliteDatabase(sqlite3* database);

    std::unique_ptr<sqlite3, int (*)(sqlite3*)> database_;
};

}  // namespace natscreds::provisioner
