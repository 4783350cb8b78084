#include "sqlite_tables.h"

#include <natscreds/base/time_at.h>
#include <natscreds/provisioner/ledger/record_json.h>

namespace natscreds::provisioner {
namespace {

/// `user_version` says which shape the tables have: 0 also where there are none yet.
constexpr std::int64_t current_version = 2;

constexpr const char* settings = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;";

constexpr const char* tables =
    "CREATE TABLE IF NOT EXISTS names ("
    "  name TEXT PRIMARY KEY, owner TEXT NOT NULL, form INTEGER NOT NULL, role TEXT NOT NULL,"
    "  expires INTEGER NOT NULL, requester TEXT NOT NULL, holders TEXT NOT NULL, former TEXT NOT NULL,"
    "  revision INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS names_by_owner ON names (owner, expires);"
    "CREATE TABLE IF NOT EXISTS denials (kind TEXT, value TEXT, until INTEGER NOT NULL DEFAULT 0,"
    "  made_by TEXT NOT NULL DEFAULT '', made_at INTEGER NOT NULL DEFAULT 0,"
    "  PRIMARY KEY (kind, value)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS requesters (name TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE,"
    "  roles TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS operations (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;"
    "PRAGMA user_version=2;";

/// What 0.1 wrote: one key for a name, and whoever asked for it; and denials without an end.
constexpr const char* set_aside =
    "DROP INDEX IF EXISTS names_by_requester; ALTER TABLE names RENAME TO names_1;"
    "ALTER TABLE denials RENAME TO denials_1;";
constexpr const char* take_over =
    "INSERT INTO names (name, owner, form, role, expires, requester, holders, former, revision)"
    " SELECT name, CASE requester WHEN '' THEN 'key:' || key ELSE 'requester:/' || requester END, form, role,"
    " expires, requester, json_array(json_object('key', key, 'gen', generation, 'exp', expires)), '[]',"
    " revision FROM names_1; DROP TABLE names_1;"
    "INSERT INTO denials (kind, value) SELECT kind, value FROM denials_1; DROP TABLE denials_1;";

}  // namespace

std::string text_in(const SqliteRow& row, std::size_t column) {
    const auto* const found = std::get_if<std::string>(&row[column]);
    return found == nullptr ? std::string() : *found;
}

std::int64_t number_in(const SqliteRow& row, std::size_t column) {
    const auto* const found = std::get_if<std::int64_t>(&row[column]);
    return found == nullptr ? INT64_MIN : *found;
}

std::vector<SqliteValue> values_of(const std::string& name, const NameEntry& entry) {
    const NameRecord& record = entry.record;
    return {record.owner.text(),
            std::int64_t{record.form == Form::key_bound ? 0 : 1},
            record.role,
            std::int64_t{record.expires.time_since_epoch().count()},
            record.requester ? record.requester->text() : "",
            encode_holders(record.holders),
            encode_holders(record.former),
            static_cast<std::int64_t>(entry.revision),
            name};
}

std::optional<NameEntry> entry_of(const SqliteRow& row) {
    const auto owner = Owner::parse(text_in(row, 0));
    const auto holders = decode_holders(text_in(row, 5));
    const auto former = decode_holders(text_in(row, 6));
    if (!owner) return std::nullopt;
    // A date that is none must not free the name: the name stays its owner's, and an operator looks.
    constexpr base::Time latest{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};
    const auto requester = nkeys::PublicKey::parse(text_in(row, 4));
    return NameEntry{.record = {.owner = *owner,
                                .form = number_in(row, 1) == 1 ? Form::plain : Form::key_bound,
                                .role = text_in(row, 2),
                                .expires = base::time_at(number_in(row, 3)).value_or(latest),
                                .requester = requester ? std::optional(*requester) : std::nullopt,
                                .holders = holders.value_or(std::vector<NameKey>()),
                                .former = former.value_or(std::vector<NameKey>())},
                     .revision = static_cast<std::uint64_t>(number_in(row, 7))};
}

base::Status prepare_tables(SqliteDatabase& database) {
    if (const base::Status set = database.run(settings); !set) return set;
    const auto version = database.prepare("PRAGMA user_version").run();
    if (!version) return version.error();
    const std::int64_t found = std::get<std::int64_t>(version->front().front());
    if (found == current_version) return {};
    if (found > current_version) {
        return base::Error{std::make_error_code(std::errc::not_supported),
                           "a later version of nats-provisioner has written this ledger"};
    }
    if (const base::Status begun = database.run("BEGIN IMMEDIATE"); !begun) return begun;
    const auto older = database.prepare("SELECT 1 FROM pragma_table_info('names') WHERE name='key'").run();
    if (!older) return older.error();
    base::Status done = older->empty() ? base::Status() : database.run(set_aside);
    if (done) done = database.run(tables);
    if (done && !older->empty()) done = database.run(take_over);
    return done ? database.run("COMMIT") : done;
}

}  // namespace natscreds::provisioner
