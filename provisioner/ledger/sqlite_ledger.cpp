#include <natscreds/provisioner/ledger/sqlite_ledger.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bounded_cache.h"
#include "denial_table.h"
#include "ledger_refusals.h"
#include "lost_writes.h"
#include "sqlite_database.h"
#include "sqlite_lists.h"
#include "sqlite_tables.h"

namespace natscreds::provisioner {
namespace {

/// So many names that were looked for are remembered at most, until one of them is written.
constexpr std::size_t max_looked_for = 4096;

/// A write that is not on disk yet.
struct Pending {
    NameEntry entry;
    Ticket ticket;
    bool new_to_owner;  ///< a name more that the owner has than on disk
};

/// A write for the next transaction.
struct Queued {
    std::string name;
    NameEntry entry;
    Ticket ticket;
};

}  // namespace

struct SqliteLedger::State {
    State(SqliteDatabase to_read, SqliteDatabase to_write, NameRule name_rule)
        : reader(std::move(to_read)), writer(std::move(to_write)), rule(name_rule) {}

    [[nodiscard]] base::Result<std::optional<NameEntry>> find(const std::string& name);
    /// The same, also as it was when it was looked for: whoever wrote it since then is in `pending`.
    [[nodiscard]] base::Result<std::optional<NameEntry>> known(const std::string& name);
    /// Returns those that came too late: another process has changed the name meanwhile.
    [[nodiscard]] base::Result<std::vector<Ticket>> write_down(const std::vector<Queued>& batch);
    [[nodiscard]] base::Result<std::vector<Ticket>> write_all(const std::vector<Queued>& batch);
    void settle(const std::vector<Queued>& batch, const std::vector<Ticket>& beaten);
    void lose_all();
    void refresh_denials(base::Time now);
    /// A change of a list, which denied() and find() know of at once.
    template <class Alter>
    [[nodiscard]] auto change_lists(Alter change);
    template <class Read>
    [[nodiscard]] auto read_lists(Read read);
    void forget_some(const NameRule& current, base::Time now);

    SqliteDatabase reader;
    SqliteDatabase writer;
    NameRule rule;

    // Held while the disk is waited for, and never taken after the other one.
    std::mutex writing;
    /// A row that is over may have been forgotten since it was seen; then this makes it anew.
    SqliteStatement upsert = writer.prepare(
        (std::string("INSERT INTO names (") + entry_columns +
         ", name) VALUES (?,?,?,?,?,?,?,?,?)"
         " ON CONFLICT (name) DO UPDATE SET owner=excluded.owner, form=excluded.form, role=excluded.role,"
         " expires=excluded.expires, requester=excluded.requester, holders=excluded.holders,"
         " former=excluded.former, revision=excluded.revision WHERE revision=excluded.revision-1")
            .c_str());
    SqliteStatement next_names = writer.prepare(
        "SELECT max(name), count(*) FROM (SELECT name FROM names WHERE name>? ORDER BY name LIMIT 1000)");
    SqliteStatement forget = writer.prepare(
        "DELETE FROM names WHERE name>? AND name<=? AND expires +"
        " (CASE WHEN form=1 AND owner LIKE 'key:%' THEN 0 ELSE ? END) < ?");
    SqliteLists lists{reader, writer};  ///< written to with `writing`, and read with `mutex`
    std::string looked_at;              ///< the last name that forget_some() looked at
    std::int64_t seen_so_far = 0;       ///< names up to that one

    static constexpr std::int64_t not_counted = -1;
    std::atomic<std::int64_t> names_counted = not_counted;  ///< when forget_some() came to the end last
    std::atomic<std::int64_t> denials_counted = not_counted;

    std::mutex mutex;
    SqliteStatement select =
        reader.prepare((std::string("SELECT ") + entry_columns + " FROM names WHERE name=?").c_str());
    SqliteStatement held =
        reader.prepare("SELECT count(*) FROM (SELECT 1 FROM names WHERE owner=? AND expires>=? LIMIT ?)");
    std::unordered_map<std::string, Pending> pending;
    /// As it is on disk: what find() read and write() is about to need.
    BoundedCache<std::optional<NameEntry>> looked_for{max_looked_for};
    std::vector<Queued> queue;
    Ticket last_ticket = 0;
    Ticket last_settled = 0;  ///< on disk, or lost
    LostWrites losses;
    DenialTable denials;
    base::Time denials_read{};
};

base::Result<std::optional<NameEntry>> SqliteLedger::State::find(const std::string& name) {
    const auto waiting = pending.find(name);
    if (waiting != pending.end()) return std::optional(waiting->second.entry);
    const auto rows = select.run({name});
    if (!rows) return names_unavailable();
    const std::optional<NameEntry> found = rows->empty() ? std::nullopt : entry_of(rows->front());
    looked_for.put(name, found);
    return found;
}

base::Result<std::optional<NameEntry>> SqliteLedger::State::known(const std::string& name) {
    const std::optional<NameEntry>* const found = looked_for.find(name);
    return found != nullptr ? *found : find(name);
}

base::Result<std::vector<Ticket>> SqliteLedger::State::write_down(const std::vector<Queued>& batch) {
    if (batch.empty()) return std::vector<Ticket>();
    if (const base::Status begun = writer.run("BEGIN IMMEDIATE"); !begun) return begun.error();
    auto beaten = write_all(batch);
    const base::Status done = beaten ? writer.run("COMMIT") : base::Status(beaten.error());
    if (done) return beaten;
    // After some failures SQLite has rolled back by itself; then this one fails, and means nothing.
    (void)writer.run("ROLLBACK");
    return done.error();
}

base::Result<std::vector<Ticket>> SqliteLedger::State::write_all(const std::vector<Queued>& batch) {
    std::vector<Ticket> beaten;
    for (const Queued& write : batch) {
        const auto written = upsert.run(values_of(write.name, write.entry));
        if (!written) return written.error();
        if (writer.changes() == 0) beaten.push_back(write.ticket);
    }
    return beaten;
}

/// What was built on a write that came too late waits for nothing better: it comes too late as well.
void SqliteLedger::State::settle(const std::vector<Queued>& batch, const std::vector<Ticket>& beaten) {
    for (const Queued& write : batch) {
        const bool lost = std::ranges::binary_search(beaten, write.ticket);
        if (lost) losses.add(write.ticket - 1, write.ticket);
        const auto found = pending.find(write.name);
        if (found != pending.end() && (lost || found->second.ticket == write.ticket)) pending.erase(found);
        last_settled = write.ticket;
    }
}

/// What waits may build on what was undone, so none of it is kept.
void SqliteLedger::State::lose_all() {
    losses.add(last_settled, last_ticket);
    last_settled = last_ticket;
    pending.clear();
    looked_for.clear();
    queue.clear();
}

void SqliteLedger::State::refresh_denials(base::Time now) {
    const auto all = lists.denials();
    if (!all) return;
    denials_read = now;
    denials.replace(*all);
    denials_counted = static_cast<std::int64_t>(denials.size());
}

template <class Alter>
auto SqliteLedger::State::change_lists(Alter change) {
    const std::lock_guard one_at_a_time(writing);
    auto changed = change(lists);
    const std::lock_guard lock(mutex);
    denials_read = {};
    return changed;
}

template <class Read>
auto SqliteLedger::State::read_lists(Read read) {
    const std::lock_guard lock(mutex);
    return read(std::as_const(lists));
}

/// Of the next thousand names, without an index that every claim would have to keep. Where it fails, the next
/// claim says so.
void SqliteLedger::State::forget_some(const NameRule& current, base::Time now) {
    const auto rows = next_names.run({looked_at});
    if (!rows) return;
    const std::string last = std::get<std::string>(rows->front()[0]);
    const std::int64_t grace{current.grace().count()};
    if (last.empty()) {
        names_counted = std::exchange(seen_so_far, 0);
    } else {
        seen_so_far += std::get<std::int64_t>(rows->front()[1]);
        const auto forgotten =
            forget.run({looked_at, last, grace, std::int64_t{now.time_since_epoch().count()}});
        if (forgotten) seen_so_far -= writer.changes();
    }
    looked_at = last;
}

base::Result<std::unique_ptr<SqliteLedger>> SqliteLedger::open(const std::filesystem::path& file,
                                                               NameRule rule) {
    base::Result<SqliteDatabase> writer = SqliteDatabase::open(file);
    if (!writer) return writer.error();
    const base::Status prepared = prepare_tables(*writer);
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
    const bool other_owner = !*known || (*known)->record.owner != change.record.owner;
    const auto waiting = state_->pending.find(change.name);
    const bool new_before = waiting != state_->pending.end() && waiting->second.new_to_owner;
    const NameEntry entry{.record = change.record, .revision = revision + 1};
    const Ticket ticket = ++state_->last_ticket;
    state_->looked_for.erase(change.name);
    state_->pending.insert_or_assign(
        change.name, Pending{.entry = entry, .ticket = ticket, .new_to_owner = new_before || other_owner});
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
    const auto written = state_->write_down(batch);
    const std::lock_guard lock(state_->mutex);
    written ? state_->settle(batch, *written) : state_->lose_all();
    return state_->losses.contains(ticket) ? base::Status(names_unavailable()) : base::Status();
}

base::Result<bool> SqliteLedger::has_room(const Owner& owner, std::size_t limit, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    const base::Time over = now - state_->rule.grace();
    const auto rows = state_->held.run(
        {owner.text(), std::int64_t{over.time_since_epoch().count()}, static_cast<std::int64_t>(limit)});
    if (!rows) return names_unavailable();
    const auto waiting = std::ranges::count_if(state_->pending, [&](const auto& entry) {
        return entry.second.new_to_owner && entry.second.entry.record.owner == owner;
    });
    return std::get<std::int64_t>(rows->front().front()) + waiting < static_cast<std::int64_t>(limit);
}

base::Result<bool> SqliteLedger::denied(const Denial& whom, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    if (state_->denials_read != now) state_->refresh_denials(now);
    if (state_->denials_read != now) return names_unavailable();
    return state_->denials.counts(whom, now);
}

base::Status SqliteLedger::deny(const DenialRecord& denial) {
    return state_->change_lists([&](SqliteLists& lists) { return lists.deny(denial); });
}

base::Status SqliteLedger::allow(const Denial& whom) {
    return state_->change_lists([&](SqliteLists& lists) { return lists.allow(whom); });
}

std::uint64_t SqliteLedger::denials_state() {
    const std::lock_guard lock(state_->mutex);
    return state_->denials.state();
}

base::Result<std::vector<DenialRecord>> SqliteLedger::denials(base::Time now) {
    const std::lock_guard lock(state_->mutex);
    state_->refresh_denials(now);
    if (state_->denials_read != now) return names_unavailable();
    return state_->denials.counting(now);
}

base::Result<std::vector<ListedName>> SqliteLedger::list(const NameQuery& query) {
    return state_->read_lists([&](const SqliteLists& lists) { return lists.names(query); });
}

base::Result<std::optional<NamedRequester>> SqliteLedger::find_requester(const nkeys::PublicKey& key) {
    auto found = state_->read_lists([&](const SqliteLists& lists) { return lists.find_requester(key); });
    if (!found) return names_unavailable();
    return found;
}

base::Result<std::vector<NamedRequester>> SqliteLedger::requesters() {
    return state_->read_lists([](const SqliteLists& lists) { return lists.requesters(); });
}

base::Status SqliteLedger::add_requester(const NamedRequester& requester) {
    const auto added =
        state_->change_lists([&](SqliteLists& lists) { return lists.add_requester(requester); });
    if (!added) return added.error();
    return *added ? base::Status() : base::Status(requester_known(requester));
}

base::Status SqliteLedger::remove_requester(const std::string& name) {
    return state_->change_lists([&](SqliteLists& lists) { return lists.remove_requester(name); });
}

base::Status SqliteLedger::note(const Operation& operation) {
    return state_->change_lists([&](SqliteLists& lists) { return lists.note(operation); });
}

base::Result<std::vector<Operation>> SqliteLedger::operations() {
    return state_->read_lists([](const SqliteLists& lists) { return lists.operations(); });
}

base::Result<bool> SqliteLedger::has_operation(const std::string& id) {
    return state_->read_lists([&](const SqliteLists& lists) { return lists.has_operation(id); });
}

base::Status SqliteLedger::forget_operation(const std::string& id) {
    return state_->change_lists([&](SqliteLists& lists) { return lists.forget_operation(id); });
}

void SqliteLedger::tidy(const NameRule& rule, base::Time now) {
    bool some_over = false;
    {
        const std::lock_guard lock(state_->mutex);
        state_->refresh_denials(now);
        some_over = !state_->denials.over(now).empty();
    }
    {
        const std::lock_guard one_at_a_time(state_->writing);
        state_->forget_some(rule, now);
        if (some_over) state_->lists.forget_denials(now);
    }
    if (!some_over) return;
    const std::lock_guard lock(state_->mutex);
    state_->refresh_denials(now);
}

LedgerSize SqliteLedger::size() const {
    const auto counted = [](std::int64_t count) {
        return count < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(count));
    };
    return {.names = counted(state_->names_counted), .denials = counted(state_->denials_counted)};
}

base::Status SqliteLedger::check() {
    const std::lock_guard lock(state_->mutex);
    const auto denials = state_->lists.denials();
    return denials ? base::Status() : base::Status(denials.error());
}

}  // namespace natscreds::provisioner
