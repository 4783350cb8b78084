#include "sqlite_database.h"

#include <cerrno>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <natscreds/base/descriptor.h>

namespace natscreds::provisioner {
namespace {

constexpr int busy_milliseconds = 5000;
/// The operating system keeps the file's pages anyway.
constexpr const char* page_cache = "PRAGMA cache_size=-256";

base::Error failure(sqlite3* database) {
    const char* const words = database != nullptr ? sqlite3_errmsg(database) : "no memory";
    return {std::make_error_code(std::errc::io_error), std::string("SQLite: ") + words};
}

SqliteValue column(sqlite3_stmt* statement, int index) {
    if (sqlite3_column_type(statement, index) == SQLITE_INTEGER)
        return sqlite3_column_int64(statement, index);
    const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
    return std::string(text != nullptr ? text : "");
}

void bind(sqlite3_stmt* statement, int index, const SqliteValue& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        sqlite3_bind_int64(statement, index, *number);
        return;
    }
    const auto& text = std::get<std::string>(value);
    sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
}

/// Names are nobody else's business. SQLite gives its other files the mode of this one. A file that is there is not
/// opened here: to close it would end the locks that SQLite has on it in this process.
base::Status make_private(const std::filesystem::path& file) {
    if (base::Descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)).open()) return {};
    struct stat status {};
    const bool there = errno == EEXIST && stat(file.c_str(), &status) == 0;
    const bool too_open = there && (status.st_mode & 0077) != 0 && status.st_uid == geteuid();
    if (there && (!too_open || chmod(file.c_str(), 0600) == 0)) return {};
    return base::Error{std::error_code(errno, std::generic_category()), file.string()};
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3* database, const char* sql)
    : database_(database), statement_(nullptr, sqlite3_finalize) {
    sqlite3_stmt* prepared = nullptr;
    sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    statement_.reset(prepared);
}

base::Error SqliteStatement::error() const {
    return failure(database_);
}

base::Result<std::vector<SqliteRow>> SqliteStatement::run(const std::vector<SqliteValue>& values) {
    sqlite3_stmt* const statement = statement_.get();
    if (statement == nullptr) return error();
    for (std::size_t i = 0; i < values.size(); ++i)
        bind(statement, static_cast<int>(i) + 1, values[i]);
    std::vector<SqliteRow> rows;
    int status = sqlite3_step(statement);
    for (; status == SQLITE_ROW; status = sqlite3_step(statement)) {
        SqliteRow row;
        for (int i = 0; i < sqlite3_column_count(statement); ++i)
            row.push_back(column(statement, i));
        rows.push_back(std::move(row));
    }
    if (status == SQLITE_DONE) {
        sqlite3_reset(statement);
        return rows;
    }
    base::Error failed = error();
    sqlite3_reset(statement);
    return failed;
}

SqliteDatabase::SqliteDatabase(sqlite3* database) : database_(database, sqlite3_close_v2) {}

base::Result<SqliteDatabase> SqliteDatabase::open(const std::filesystem::path& file) {
    if (const base::Status hidden = make_private(file); !hidden) return hidden.error();
    sqlite3* opened = nullptr;
    constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int status = sqlite3_open_v2(file.c_str(), &opened, flags, nullptr);
    SqliteDatabase database(opened);
    if (status != SQLITE_OK) return failure(opened).within(file.string());
    sqlite3_busy_timeout(opened, busy_milliseconds);
    const base::Status sized = database.run(page_cache);
    if (!sized) return sized.error().within(file.string());
    return database;
}

base::Status SqliteDatabase::run(const char* sql) {
    if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return failure(database_.get());
}

int SqliteDatabase::changes() const {
    return sqlite3_changes(database_.get());
}

}  // namespace natscreds::provisioner
