#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/provisioner/ledger/name_query.h>

#include "sqlite_database.h"

/// The tables of a ledger's file.
namespace natscreds::provisioner {

/// Makes them, or those of 0.1 into what they are now, in one transaction.
/// Fails: std::errc::io_error; not_supported for what a later version has written.
[[nodiscard]] base::Status prepare_tables(SqliteDatabase& database);

/// The columns of `names` that entry_of() reads, and values_of() gives, in that order.
inline constexpr const char* entry_columns =
    "owner, form, role, expires, requester, holders, former, revision";

/// A name's row: those columns, and the name.
[[nodiscard]] std::vector<SqliteValue> values_of(const std::string& name, const NameEntry& entry);
[[nodiscard]] std::optional<NameEntry> entry_of(const SqliteRow& row);

/// SQLite keeps anything in any column, and other programs can write to the file: empty, and the least there is, for
/// what is of another type.
[[nodiscard]] std::string text_in(const SqliteRow& row, std::size_t column);
[[nodiscard]] std::int64_t number_in(const SqliteRow& row, std::size_t column);

}  // namespace natscreds::provisioner
