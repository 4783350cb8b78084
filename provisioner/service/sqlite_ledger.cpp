#include <natscreds/provisioner/service/sqlite_ledger.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <vector>

#include <natscreds/access/reason.h>

#include "sqlite_database.h"

namespace natscreds::provisioner {
namespace {

constexpr const char* schema =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "CREATE TABLE IF NOT EXISTS names ("
    "  name TEXT PRIMARY KEY, key TEXT NOT NULL, form INTEGER NOT NULL, role TEXT NOT NULL,"
    "  generation INTEGER NOT NULL, expires INTEGER NOT NULL, requester TEXT NOT NULL,"
    "  revision INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS names_by_requester ON names (requester, expires);"
    "CREATE TABLE IF NOT EXISTS denials (kind TEXT, value TEXT, PRIMARY KEY (kind, value)) WITHOUT ROWID;";

base::Error unavailable() {
    return {access::Reason::ledger_unavailable, "names cannot be written down at present"};
}

std::optional<NameEntry> entry_of(const SqliteRow& row) {
    const auto text = [&](std::size_t i) { return std::get<std::string>(row[i]); };
    const auto number = [&](std::size_t i) { return std::get<std::int64_t>(row[i]); };
    const auto key = nkeys::PublicKey::parse(text(0));
    if (!key) return std::nullopt;
    const auto requester = nkeys::PublicKey::parse(text(5));
    return NameEntry{.record = {.key = *key,
                                .form = number(1) == 0 ? Form::key_bound : Form::plain,
                                .role = text(2),
                                .generation = number(3),
                                .expires = base::Time(std::chrono::seconds(number(4))),
                                .requester = requester ? std::optional(*requester) : std::nullopt},
                     .revision = static_cast<std::uint64_t>(number(6))};
}

}  // namespace

struct SqliteLedger::State {
    State(SqliteDatabase opened, NameRule name_rule) : database(std::move(opened)), rule(name_rule) {}

    /// Writes of one transaction that was undone: those with tickets in (first, last].
    struct Lost {
        Ticket first;
        Ticket last;
    };

    base::Status begin();
    base::Status commit();
    void refresh_denials(base::Time now);
    void forget_some(const NameRule& current, base::Time now);
    [[nodiscard]] bool lost(Ticket ticket) const {
        return std::ranges::any_of(
            losses, [&](const Lost& loss) { return ticket > loss.first && ticket <= loss.last; });
    }

    SqliteDatabase database;
    NameRule rule;
    SqliteStatement select = database.prepare(
        "SELECT key, form, role, generation, expires, requester, revision FROM names WHERE name=?");
    SqliteStatement insert = database.prepare(
        "INSERT INTO names (key, form, role, generation, expires, requester, revision, name)"
        " VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING");
    SqliteStatement update = database.prepare(
        "UPDATE names SET key=?, form=?, role=?, generation=?, expires=?, requester=?, revision=?"
        " WHERE name=? AND revision=?");
    SqliteStatement held = database.prepare("SELECT count(*) FROM names WHERE requester=? AND expires>=?");
    SqliteStatement next_names = database.prepare(
        "SELECT max(name) FROM (SELECT name FROM names WHERE name>? ORDER BY name LIMIT 1000)");
    SqliteStatement forget = database.prepare(
        "DELETE FROM names WHERE name>? AND name<=? AND expires + (CASE form WHEN 0 THEN ? ELSE 0 END) < ?");
    SqliteStatement select_denials = database.prepare("SELECT kind, value FROM denials");

    std::mutex mutex;
    bool in_transaction = false;
    Ticket last_ticket = 0;
    Ticket last_settled = 0;  ///< committed, or lost
    std::vector<Lost> losses;
    std::set<std::pair<std::string, std::string>> denials;
    base::Time denials_read{};
    std::string looked_at;  ///< the last name that forget_some() looked at
};

base::Status SqliteLedger::State::begin() {
    if (in_transaction) return {};
    const base::Status begun = database.run("BEGIN IMMEDIATE");
    in_transaction = begun.has_value();
    return begun;
}

base::Status SqliteLedger::State::commit() {
    if (!in_transaction) return {};
    in_transaction = false;
    const Ticket before = std::exchange(last_settled, last_ticket);
    const base::Status committed = database.run("COMMIT");
    if (committed) return {};
    losses.push_back({.first = before, .last = last_ticket});
    // After some failures SQLite has rolled back by itself; then this one fails, and means nothing.
    (void)database.run("ROLLBACK");
    return committed;
}

void SqliteLedger::State::refresh_denials(base::Time now) {
    const auto rows = select_denials.run();
    if (!rows) return;
    denials_read = now;
    denials.clear();
    for (const SqliteRow& row : *rows)
        denials.emplace(std::get<std::string>(row[0]), std::get<std::string>(row[1]));
}

/// Of the next thousand names, without an index that every claim would have to keep. Where it fails, the next
/// claim says so.
void SqliteLedger::State::forget_some(const NameRule& current, base::Time now) {
    const auto rows = next_names.run({looked_at});
    const std::string last = rows ? std::get<std::string>(rows->front().front()) : "";
    const std::int64_t grace{current.grace().count()};
    if (!last.empty())
        (void)forget.run({looked_at, last, grace, std::int64_t{now.time_since_epoch().count()}});
    looked_at = last;
}

base::Result<std::unique_ptr<SqliteLedger>> SqliteLedger::open(const std::filesystem::path& file,
                                                               NameRule rule) {
    base::Result<SqliteDatabase> database = SqliteDatabase::open(file);
    if (!database) return database.error();
    const base::Status prepared = database->run(schema);
    if (!prepared) return prepared.error().within(file.string());
    return std::unique_ptr<SqliteLedger>(
        new SqliteLedger(std::make_unique<State>(std::move(*database), rule)));
}

SqliteLedger::SqliteLedger(std::unique_ptr<State> state) : state_(std::move(state)) {}

SqliteLedger::~SqliteLedger() {
    (void)state_->commit();
}

base::Result<std::optional<NameEntry>> SqliteLedger::find(const std::string& name) {
    const std::lock_guard lock(state_->mutex);
    const auto rows = state_->select.run({name});
    if (!rows) return unavailable();
    return rows->empty() ? std::nullopt : entry_of(rows->front());
}

base::Result<std::optional<Ticket>> SqliteLedger::write(const Change& change, base::Time) {
    const std::lock_guard lock(state_->mutex);
    if (!state_->begin()) return unavailable();
    const NameRecord& record = change.record;
    const auto seen = static_cast<std::int64_t>(change.seen);
    std::vector<SqliteValue> values{record.key.text(),
                                    std::int64_t{record.form == Form::key_bound ? 0 : 1},
                                    record.role,
                                    record.generation,
                                    std::int64_t{record.expires.time_since_epoch().count()},
                                    record.requester ? record.requester->text() : "",
                                    seen + 1,
                                    change.name};
    if (change.seen != 0) values.emplace_back(seen);
    const auto written = (change.seen == 0 ? state_->insert : state_->update).run(values);
    if (!written) return unavailable();
    if (state_->database.changes() == 0) return std::optional<Ticket>();
    return std::optional(++state_->last_ticket);
}

base::Status SqliteLedger::flush(Ticket ticket) {
    const std::lock_guard lock(state_->mutex);
    if (ticket > state_->last_settled) (void)state_->commit();
    return state_->lost(ticket) ? base::Status(unavailable()) : base::Status();
}

base::Result<bool> SqliteLedger::has_room(const nkeys::PublicKey& requester, std::size_t limit,
                                          base::Time now) {
    const std::lock_guard lock(state_->mutex);
    const base::Time over = now - state_->rule.grace();
    const auto rows = state_->held.run({requester.text(), std::int64_t{over.time_since_epoch().count()}});
    if (!rows) return unavailable();
    return std::get<std::int64_t>(rows->front().front()) < static_cast<std::int64_t>(limit);
}

base::Result<bool> SqliteLedger::denied(const Denial& whom, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    if (state_->denials_read != now) state_->refresh_denials(now);
    if (state_->denials_read != now) return unavailable();
    return state_->denials.contains({std::string(word(whom.kind)), whom.value});
}

base::Status SqliteLedger::deny(const Denial& whom) {
    const std::lock_guard lock(state_->mutex);
    SqliteStatement add = state_->database.prepare("INSERT OR IGNORE INTO denials VALUES (?,?)");
    const auto added = add.run({std::string(word(whom.kind)), whom.value});
    state_->denials_read = {};
    return added ? base::Status() : base::Status(added.error());
}

base::Status SqliteLedger::allow(const Denial& whom) {
    const std::lock_guard lock(state_->mutex);
    SqliteStatement remove = state_->database.prepare("DELETE FROM denials WHERE kind=? AND value=?");
    const auto removed = remove.run({std::string(word(whom.kind)), whom.value});
    state_->denials_read = {};
    return removed ? base::Status() : base::Status(removed.error());
}

void SqliteLedger::tidy(const NameRule& rule, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    state_->refresh_denials(now);
    state_->forget_some(rule, now);
}

base::Status SqliteLedger::check() {
    const std::lock_guard lock(state_->mutex);
    const auto rows = state_->select_denials.run();
    return rows ? base::Status() : base::Status(rows.error());
}

}  // namespace natscreds::provisioner
