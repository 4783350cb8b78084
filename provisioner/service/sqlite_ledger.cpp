#include <natscreds/provisioner/service/sqlite_ledger.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>
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

/// So many names that were looked for are remembered at most, until one of them is written.
constexpr std::size_t most_looked_for = 4096;

/// A write that is not on disk yet.
struct Pending {
    NameEntry entry;
    Ticket ticket;
    bool new_to_requester;  ///< a name more that the requester holds than on disk
};

/// A write for the next transaction.
struct Queued {
    std::string name;
    NameEntry entry;
    Ticket ticket;
};

std::vector<SqliteValue> values_of(const Queued& write) {
    const NameRecord& record = write.entry.record;
    return {record.key.text(),
            std::int64_t{record.form == Form::key_bound ? 0 : 1},
            record.role,
            record.generation,
            std::int64_t{record.expires.time_since_epoch().count()},
            record.requester ? record.requester->text() : "",
            static_cast<std::int64_t>(write.entry.revision),
            write.name};
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
    State(SqliteDatabase to_read, SqliteDatabase to_write, NameRule name_rule)
        : reader(std::move(to_read)), writer(std::move(to_write)), rule(name_rule) {}

    [[nodiscard]] base::Result<std::optional<NameEntry>> find(const std::string& name);
    /// The same, also as it was when it was looked for: whoever wrote it since then is in `pending`.
    [[nodiscard]] base::Result<std::optional<NameEntry>> known(const std::string& name);
    /// Fails also where somebody else has changed a name meanwhile.
    [[nodiscard]] base::Status write_down(const std::vector<Queued>& batch);
    [[nodiscard]] base::Status write_all(const std::vector<Queued>& batch);
    void settle(const std::vector<Queued>& batch);
    void lose_all();
    void refresh_denials(base::Time now);
    [[nodiscard]] base::Status change_denials(const char* sql, const Denial& whom);
    void forget_some(const NameRule& current, base::Time now);
    [[nodiscard]] bool lost(Ticket ticket) const {
        return std::ranges::any_of(
            losses, [&](const Lost& loss) { return ticket > loss.first && ticket <= loss.last; });
    }

    SqliteDatabase reader;
    SqliteDatabase writer;
    NameRule rule;

    // Held while the disk is waited for, and never taken after the other one.
    std::mutex writing;
    /// A row that is over may have been forgotten since it was seen; then this makes it anew.
    SqliteStatement upsert = writer.prepare(
        "INSERT INTO names (key, form, role, generation, expires, requester, revision, name)"
        " VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (name) DO UPDATE SET key=excluded.key, form=excluded.form,"
        " role=excluded.role, generation=excluded.generation, expires=excluded.expires,"
        " requester=excluded.requester, revision=excluded.revision WHERE revision=excluded.revision-1");
    SqliteStatement next_names = writer.prepare(
        "SELECT max(name) FROM (SELECT name FROM names WHERE name>? ORDER BY name LIMIT 1000)");
    SqliteStatement forget = writer.prepare(
        "DELETE FROM names WHERE name>? AND name<=? AND expires + (CASE form WHEN 0 THEN ? ELSE 0 END) < ?");
    std::string looked_at;  ///< the last name that forget_some() looked at

    std::mutex mutex;
    SqliteStatement select = reader.prepare(
        "SELECT key, form, role, generation, expires, requester, revision FROM names WHERE name=?");
    SqliteStatement held =
        reader.prepare("SELECT count(*) FROM (SELECT 1 FROM names WHERE requester=? AND expires>=? LIMIT ?)");
    SqliteStatement select_denials = reader.prepare("SELECT kind, value FROM denials");
    std::unordered_map<std::string, Pending> pending;
    /// As it is on disk: what find() read and write() is about to need.
    std::unordered_map<std::string, std::optional<NameEntry>> looked_for;
    std::vector<Queued> queue;
    Ticket last_ticket = 0;
    Ticket last_settled = 0;  ///< on disk, or lost
    /// Writes that were undone: those with tickets in (first, last].
    struct Lost {
        Ticket first;
        Ticket last;
    };
    std::vector<Lost> losses;
    std::set<std::pair<std::string, std::string>> denials;
    base::Time denials_read{};
};

base::Result<std::optional<NameEntry>> SqliteLedger::State::find(const std::string& name) {
    const auto waiting = pending.find(name);
    if (waiting != pending.end()) return std::optional(waiting->second.entry);
    const auto rows = select.run({name});
    if (!rows) return unavailable();
    if (looked_for.size() >= most_looked_for) looked_for.clear();
    return looked_for[name] = rows->empty() ? std::nullopt : entry_of(rows->front());
}

base::Result<std::optional<NameEntry>> SqliteLedger::State::known(const std::string& name) {
    const auto found = looked_for.find(name);
    return found != looked_for.end() ? found->second : find(name);
}

base::Status SqliteLedger::State::write_down(const std::vector<Queued>& batch) {
    if (const base::Status begun = writer.run("BEGIN IMMEDIATE"); !begun) return begun;
    base::Status done = write_all(batch);
    if (done) done = writer.run("COMMIT");
    // After some failures SQLite has rolled back by itself; then this one fails, and means nothing.
    if (!done) (void)writer.run("ROLLBACK");
    return done;
}

base::Status SqliteLedger::State::write_all(const std::vector<Queued>& batch) {
    for (const Queued& write : batch) {
        const auto written = upsert.run(values_of(write));
        if (!written) return written.error();
        if (writer.changes() == 0) return unavailable();
    }
    return {};
}

void SqliteLedger::State::settle(const std::vector<Queued>& batch) {
    for (const Queued& write : batch) {
        const auto found = pending.find(write.name);
        if (found != pending.end() && found->second.ticket == write.ticket) pending.erase(found);
        last_settled = write.ticket;
    }
}

/// What waits may build on what was undone, so none of it is kept.
void SqliteLedger::State::lose_all() {
    const bool goes_on = !losses.empty() && losses.back().last == last_settled;
    if (!goes_on) losses.push_back({.first = last_settled, .last = last_settled});
    losses.back().last = last_settled = last_ticket;
    pending.clear();
    looked_for.clear();
    queue.clear();
}

void SqliteLedger::State::refresh_denials(base::Time now) {
    const auto rows = select_denials.run();
    if (!rows) return;
    denials_read = now;
    denials.clear();
    for (const SqliteRow& row : *rows)
        denials.emplace(std::get<std::string>(row[0]), std::get<std::string>(row[1]));
}

base::Status SqliteLedger::State::change_denials(const char* sql, const Denial& whom) {
    const std::lock_guard one_at_a_time(writing);
    SqliteStatement change = writer.prepare(sql);
    const auto changed = change.run({std::string(word(whom.kind)), whom.value});
    const std::lock_guard lock(mutex);
    denials_read = {};
    return changed ? base::Status() : base::Status(changed.error());
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
    base::Result<SqliteDatabase> writer = SqliteDatabase::open(file);
    if (!writer) return writer.error();
    const base::Status prepared = writer->run(schema);
    if (!prepared) return prepared.error().within(file.string());
    base::Result<SqliteDatabase> reader = SqliteDatabase::open(file);
    if (!reader) return reader.error();
    return std::unique_ptr<SqliteLedger>(
        new SqliteLedger(std::make_unique<State>(std::move(*reader), std::move(*writer), rule)));
}

SqliteLedger::SqliteLedger(std::unique_ptr<State> state) : state_(std::move(state)) {}

SqliteLedger::~SqliteLedger() {
    (void)flush(state_->last_ticket);
}

base::Result<std::optional<NameEntry>> SqliteLedger::find(const std::string& name) {
    const std::lock_guard lock(state_->mutex);
    return state_->find(name);
}

base::Result<std::optional<Ticket>> SqliteLedger::write(const Change& change, base::Time) {
    const std::lock_guard lock(state_->mutex);
    const auto known = state_->known(change.name);
    if (!known) return known.error();
    const std::uint64_t revision = *known ? (*known)->revision : 0;
    if (revision != change.seen) return std::optional<Ticket>();
    const bool other_requester = !*known || (*known)->record.requester != change.record.requester;
    const auto waiting = state_->pending.find(change.name);
    const bool new_before = waiting != state_->pending.end() && waiting->second.new_to_requester;
    const NameEntry entry{.record = change.record, .revision = revision + 1};
    const Ticket ticket = ++state_->last_ticket;
    state_->looked_for.erase(change.name);
    state_->pending.insert_or_assign(
        change.name,
        Pending{.entry = entry, .ticket = ticket, .new_to_requester = new_before || other_requester});
    state_->queue.push_back({.name = change.name, .entry = entry, .ticket = ticket});
    return std::optional(ticket);
}

base::Status SqliteLedger::flush(Ticket ticket) {
    const std::lock_guard one_at_a_time(state_->writing);
    std::vector<Queued> batch;
    {
        const std::lock_guard lock(state_->mutex);
        if (ticket > state_->last_settled) batch.swap(state_->queue);
    }
    const base::Status written = batch.empty() ? base::Status() : state_->write_down(batch);
    const std::lock_guard lock(state_->mutex);
    written ? state_->settle(batch) : state_->lose_all();
    return state_->lost(ticket) ? base::Status(unavailable()) : base::Status();
}

base::Result<bool> SqliteLedger::has_room(const nkeys::PublicKey& requester, std::size_t limit,
                                          base::Time now) {
    const std::lock_guard lock(state_->mutex);
    const base::Time over = now - state_->rule.grace();
    const auto rows = state_->held.run(
        {requester.text(), std::int64_t{over.time_since_epoch().count()}, static_cast<std::int64_t>(limit)});
    if (!rows) return unavailable();
    const auto waiting = std::ranges::count_if(state_->pending, [&](const auto& entry) {
        return entry.second.new_to_requester && entry.second.entry.record.requester == requester;
    });
    return std::get<std::int64_t>(rows->front().front()) + waiting < static_cast<std::int64_t>(limit);
}

base::Result<bool> SqliteLedger::denied(const Denial& whom, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    if (state_->denials_read != now) state_->refresh_denials(now);
    if (state_->denials_read != now) return unavailable();
    return state_->denials.contains({std::string(word(whom.kind)), whom.value});
}

base::Status SqliteLedger::deny(const Denial& whom) {
    return state_->change_denials("INSERT OR IGNORE INTO denials VALUES (?,?)", whom);
}

base::Status SqliteLedger::allow(const Denial& whom) {
    return state_->change_denials("DELETE FROM denials WHERE kind=? AND value=?", whom);
}

void SqliteLedger::tidy(const NameRule& rule, base::Time now) {
    {
        const std::lock_guard one_at_a_time(state_->writing);
        state_->forget_some(rule, now);
    }
    const std::lock_guard lock(state_->mutex);
    state_->refresh_denials(now);
}

base::Status SqliteLedger::check() {
    const std::lock_guard lock(state_->mutex);
    const auto rows = state_->select_denials.run();
    return rows ? base::Status() : base::Status(rows.error());
}

}  // namespace natscreds::provisioner
