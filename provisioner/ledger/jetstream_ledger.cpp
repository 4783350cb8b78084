#include <natscreds/provisioner/ledger/jetstream_ledger.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>

#include <natscreds/provisioner/ledger/record_json.h>

#include "denial_table.h"
#include "ledger_refusals.h"
#include "name_table.h"

namespace natscreds::provisioner {
namespace {

constexpr std::string_view name_prefix = "name.";
constexpr std::string_view denial_prefix = "deny.";
constexpr std::string_view requester_prefix = "requester.";
constexpr std::string_view operation_prefix = "operation.";
/// A copy that takes an operation writes it down at once, or has ended.
constexpr std::chrono::seconds taking_timeout{30};
/// Written to find out whether the bucket can be written again: where names are, as permissions have it, and no name.
constexpr std::string_view probe = "name.=probe";

std::string key_of(const Denial& whom) {
    return std::string(denial_prefix) + std::string(word(whom.kind)) + "." + whom.value;
}

/// "deny.KIND.VALUE", or nothing.
std::optional<Denial> denial_in(std::string_view key) {
    key.remove_prefix(denial_prefix.size());
    const std::size_t dot = key.find('.');
    const auto kind = denial_kind(key.substr(0, dot));
    if (!kind || dot == std::string_view::npos) return std::nullopt;
    return Denial{.kind = *kind, .value = std::string(key.substr(dot + 1))};
}

std::string requester_key(const std::string& name) {
    return std::string(requester_prefix) + name;
}

std::string operation_key(const std::string& id) {
    return std::string(operation_prefix) + id;
}

/// What the bucket holds.
struct Tables {
    struct Waiting {
        Operation operation;
        bus::Revision revision;
        std::optional<base::Instant> taken = {};  ///< since when it is known that a copy has taken it
        bool ours = false;                        ///< which we are
    };
    NameTable names;
    DenialTable denials;
    Requesters requesters;
    std::map<std::string, Waiting> operations;
};

std::vector<Tables::Waiting> all_operations(const Tables& tables) {
    std::vector<Tables::Waiting> all;
    for (const auto& [id, waiting] : tables.operations)
        all.push_back(waiting);
    return all;
}

/// While copies of 0.1 share the bucket, what they write says neither owner nor other holders: it is what it was before.
/// Whether anything was missing.
bool mend(NameRecord& written, const NameRecord& before) {
    if (written.holders.empty()) return false;
    const NameKey newest = written.holders.back();
    const auto known = std::ranges::find(before.holders, newest.key, &NameKey::key);
    if (known == before.holders.end()) return false;
    const NameRecord as_written = written;
    written.owner = before.owner;
    written.former = before.former;
    written.holders = before.holders;
    std::erase_if(written.holders, [&](const NameKey& holder) { return holder.key == newest.key; });
    written.holders.push_back(newest);
    return written != as_written;
}

}  // namespace

/// What is known of the bucket. Thread: any.
class JetStreamLedger::Mirror {
  public:
    explicit Mirror(const base::IntervalClock& clock) : clock_(clock) {}

    void change(const bus::KeyChange& change) {
        const std::lock_guard lock(mutex_);
        put(change.key, change.value, change.revision);
    }

    void current() {
        const std::lock_guard lock(mutex_);
        complete_ = reachable_ = true;
        cut_off_since_.reset();
        changed_.notify_all();
    }

    void cut_off() {
        const std::lock_guard lock(mutex_);
        if (!cut_off_since_) cut_off_since_ = clock_.now();
    }

    void put_entry(const std::string& key, const std::optional<bus::KeyEntry>& entry) {
        const std::lock_guard lock(mutex_);
        put(key, entry ? std::optional(entry->value) : std::nullopt, entry ? entry->revision : 0);
    }

    void lost() {
        const std::lock_guard lock(mutex_);
        reachable_ = false;
        if (!unwritten_since_) unwritten_since_ = clock_.now();
    }

    /// The bucket took what was written. That it can be read says nothing: it may be full, or have no leader.
    void written() {
        const std::lock_guard lock(mutex_);
        reachable_ = true;
        unwritten_since_.reset();
    }

    [[nodiscard]] bool reachable() const {
        const std::lock_guard lock(mutex_);
        return reachable_;
    }

    [[nodiscard]] std::vector<OldName> next_over(const NameRule& rule, base::Time now) {
        const std::lock_guard lock(mutex_);
        return tables_.names.next_over(rule, now);
    }

    void forget(const OldName& old) {
        const std::lock_guard lock(mutex_);
        const std::optional<NameEntry> known = tables_.names.find(old.name);
        if (known && known->revision == old.revision) tables_.names.erase(old.name);
    }

    [[nodiscard]] std::vector<std::string> unmended() const {
        const std::lock_guard lock(mutex_);
        return {unmended_.begin(), unmended_.end()};
    }

    [[nodiscard]] base::Instant now() const { return clock_.now(); }

    [[nodiscard]] bool wait_until_complete(std::chrono::milliseconds timeout) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, timeout, [this] { return complete_; });
    }

    /// How long the bucket could not be followed, or not be written, whichever began first.
    [[nodiscard]] std::optional<std::chrono::seconds> offline_for() const {
        const std::lock_guard lock(mutex_);
        if (!cut_off_since_ && !unwritten_since_) return std::nullopt;
        const base::Instant now = clock_.now();
        return now - std::min(cut_off_since_.value_or(now), unwritten_since_.value_or(now));
    }

    template <class Read>
    [[nodiscard]] auto read(Read from) const {
        const std::lock_guard lock(mutex_);
        return from(tables_);
    }

    /// Where the bucket tells nobody.
    template <class Change>
    void change_tables(Change change) {
        const std::lock_guard lock(mutex_);
        change(tables_);
    }

  private:
    void put(const std::string& key, const std::optional<std::string>& value, std::uint64_t revision) {
        if (key.starts_with(name_prefix)) return put_name(key.substr(name_prefix.size()), value, revision);
        if (key.starts_with(denial_prefix)) return put_denial(key, value, revision);
        if (key.starts_with(requester_prefix))
            return put_requester(key.substr(requester_prefix.size()), value);
        if (key.starts_with(operation_prefix))
            put_operation(key.substr(operation_prefix.size()), value, revision);
    }

    void put_denial(const std::string& key, const std::optional<std::string>& value, bus::Revision revision) {
        const std::optional<Denial> whom = denial_in(key);
        if (!whom) return;
        value ? tables_.denials.put(decode_denial(*whom, *value), revision) : tables_.denials.erase(*whom);
    }

    void put_requester(const std::string& name, const std::optional<std::string>& value) {
        const auto requester = value ? decode_requester(name, *value) : std::nullopt;
        requester ? tables_.requesters.put(*requester) : tables_.requesters.erase(name);
    }

    void put_operation(const std::string& id, const std::optional<std::string>& value,
                       bus::Revision revision) {
        const auto operation = value ? decode_operation(id, *value) : std::nullopt;
        if (!operation) {
            tables_.operations.erase(id);
            return;
        }
        const auto known = tables_.operations.find(id);
        const bool no_news = known != tables_.operations.end() && revision <= known->second.revision;
        if (no_news) return;
        const auto taken = says_taken(*value) ? std::optional(clock_.now()) : std::nullopt;
        tables_.operations.insert_or_assign(id, Tables::Waiting{*operation, revision, taken});
    }

    void put_name(const std::string& name, const std::optional<std::string>& value, std::uint64_t revision) {
        const std::optional<NameEntry> known = tables_.names.find(name);
        const bool older = known && value && revision < known->revision;
        if (older) return;  // our own write came before the watch told of the one before
        auto found = value ? decode_record(*value) : std::nullopt;
        unmended_.erase(name);
        if (!found) return tables_.names.erase(name);
        if (known && !found->says_owner && mend(found->record, known->record)) unmended_.insert(name);
        tables_.names.put(name, found->record, revision);
    }

    const base::IntervalClock& clock_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Tables tables_;
    std::set<std::string> unmended_;  ///< names of which we know more than the bucket, since 0.1 wrote to it
    std::optional<base::Instant>
        cut_off_since_;  ///< from when the watch no longer tells what the bucket holds
    std::optional<base::Instant> unwritten_since_;  ///< the first write in vain since one that was taken
    bool complete_ = false;                         ///< the watch told of the whole bucket once
    bool reachable_ = true;                         ///< another write is worth its time
};

base::Result<std::unique_ptr<JetStreamLedger>> JetStreamLedger::open(std::unique_ptr<bus::KeyValue> bucket,
                                                                     const Options& options) {
    std::unique_ptr<JetStreamLedger> ledger(new JetStreamLedger(std::move(bucket), options));
    if (!options.follow) return ledger;
    Mirror& mirror = *ledger->mirror_;
    auto watch =
        ledger->bucket_->watch({.changed = [&](const bus::KeyChange& change) { mirror.change(change); },
                                .current = [&] { mirror.current(); },
                                .cut_off = [&](const base::Error&) { mirror.cut_off(); }});
    if (!watch) return watch.error();
    ledger->watch_ = std::move(*watch);
    if (mirror.wait_until_complete(options.timeout)) return ledger;
    return base::Error{bus::Errc::timeout, "reading the ledger's bucket"};
}

JetStreamLedger::JetStreamLedger(std::unique_ptr<bus::KeyValue> bucket, const Options& options)
    : bucket_(std::move(bucket)),
      max_offline_(options.max_offline),
      max_names_(options.max_names),
      follows_(options.follow),
      mirror_(std::make_unique<Mirror>(options.intervals)) {}

JetStreamLedger::~JetStreamLedger() = default;

base::Error JetStreamLedger::unavailable() {
    mirror_->lost();
    return names_unavailable();
}

base::Result<std::optional<NameEntry>> JetStreamLedger::find(const std::string& name) {
    if (const auto failed = refresh_unfollowed(std::string(name_prefix) + name)) return *failed;
    return mirror_->read([&](const Tables& tables) { return tables.names.find(name); });
}

std::optional<base::Error> JetStreamLedger::refresh(const std::string& key) {
    const auto entry = bucket_->get(key);
    if (!entry) return entry.error();
    mirror_->put_entry(key, *entry);
    return std::nullopt;
}

std::optional<base::Error> JetStreamLedger::refresh_unfollowed(const std::string& key) {
    return follows_ ? std::nullopt : refresh(key);
}

base::Result<std::optional<Ticket>> JetStreamLedger::write(const Change& change, base::Time) {
    // Each attempt in vain takes its time, in which a worker would answer nobody, renewals neither.
    if (!mirror_->reachable()) return unavailable();
    if (change.seen == 0 && size().names >= max_names_) return names_full();
    const std::string key = std::string(name_prefix) + change.name;
    const std::string value = encode_record(change.record);
    const base::Result<bus::Revision> written =
        change.seen == 0 ? bucket_->create(key, value) : bucket_->update(key, value, change.seen);
    if (written) {
        mirror_->written();
        mirror_->put_entry(key, bus::KeyEntry{.value = value, .revision = *written});
        return std::optional<Ticket>(0);
    }
    const std::error_code code = written.error().code;
    const bool faster = code == bus::Errc::key_exists || code == bus::Errc::wrong_revision;
    if (!faster || refresh(key)) return unavailable();
    return std::optional<Ticket>();
}

base::Result<bool> JetStreamLedger::has_room(const Owner& owner, std::size_t limit, base::Time) {
    return mirror_->read([&](const Tables& tables) { return tables.names.held_by(owner) < limit; });
}

base::Result<bool> JetStreamLedger::denied(const Denial& whom, base::Time now) {
    if (const auto failed = refresh_unfollowed(key_of(whom))) return *failed;
    return mirror_->read([&](const Tables& tables) { return tables.denials.counts(whom, now); });
}

base::Status JetStreamLedger::deny(const DenialRecord& denial) {
    const auto written = bucket_->put(key_of(denial.whom), encode_denial(denial));
    return written ? base::Status() : base::Status(written.error());
}

base::Status JetStreamLedger::allow(const Denial& whom) {
    return bucket_->erase(key_of(whom));
}

std::uint64_t JetStreamLedger::denials_state() {
    return mirror_->read([](const Tables& tables) { return tables.denials.state(); });
}

base::Result<std::vector<DenialRecord>> JetStreamLedger::denials(base::Time now) {
    return mirror_->read([&](const Tables& tables) { return tables.denials.counting(now); });
}

base::Result<std::vector<ListedName>> JetStreamLedger::list(const NameQuery& query) {
    return mirror_->read([&](const Tables& tables) { return tables.names.list(query); });
}

// ---- requesters

base::Result<std::optional<NamedRequester>> JetStreamLedger::find_requester(const nkeys::PublicKey& key) {
    return mirror_->read([&](const Tables& tables) {
        const NamedRequester* const known = tables.requesters.find(key);
        return known != nullptr ? std::optional(*known) : std::nullopt;
    });
}

base::Result<std::vector<NamedRequester>> JetStreamLedger::requesters() {
    return mirror_->read([](const Tables& tables) { return tables.requesters.all(); });
}

base::Status JetStreamLedger::add_requester(const NamedRequester& requester) {
    const auto known = find_requester(requester.key);
    if (*known) return requester_known(requester);
    const auto written = bucket_->create(requester_key(requester.name), encode_requester(requester));
    if (written) return {};
    return written.error().code == bus::Errc::key_exists ? requester_known(requester) : written.error();
}

base::Status JetStreamLedger::remove_requester(const std::string& name) {
    return bucket_->erase(requester_key(name));
}

// ---- operations

base::Status JetStreamLedger::note(const Operation& operation) {
    const auto written = bucket_->put(operation_key(operation.id), encode_operation(operation));
    return written ? base::Status() : base::Status(written.error());
}

base::Result<std::vector<Operation>> JetStreamLedger::operations() {
    return mirror_->read([](const Tables& tables) {
        std::vector<Operation> all;
        for (const Tables::Waiting& waiting : all_operations(tables))
            all.push_back(waiting.operation);
        return all;
    });
}

/// A copy that took one may have ended before it wrote it down.
base::Result<std::vector<Operation>> JetStreamLedger::take_operations() {
    const base::Instant now = mirror_->now();
    std::vector<Operation> ours;
    for (const Tables::Waiting& waiting : mirror_->read(all_operations)) {
        const bool free = !waiting.taken || now - *waiting.taken >= taking_timeout;
        if (!waiting.ours && !free) continue;
        const auto taken =
            waiting.ours ? base::Result<bool>(true) : take(waiting.operation, waiting.revision);
        if (!taken) return taken.error();
        if (*taken) ours.push_back(waiting.operation);
    }
    return ours;
}

/// Of several copies one is the first.
base::Result<bool> JetStreamLedger::take(const Operation& operation, std::uint64_t seen) {
    const std::string key = operation_key(operation.id);
    const auto written = bucket_->update(key, encode_taken(operation), seen);
    if (written) {
        const base::Instant now = mirror_->now();
        mirror_->change_tables([&](Tables& tables) {
            tables.operations.insert_or_assign(operation.id, Tables::Waiting{operation, *written, now, true});
        });
        return true;
    }
    if (written.error().code != bus::Errc::wrong_revision) return written.error();
    if (const auto failed = refresh(key)) return *failed;
    return false;
}

base::Result<bool> JetStreamLedger::has_operation(const std::string& id) {
    const auto entry = bucket_->get(operation_key(id));
    if (!entry) return entry.error();
    return entry->has_value();
}

/// The other copies are not told: they find that it is gone when they would take it.
base::Status JetStreamLedger::forget_operation(const std::string& id) {
    if (const auto failed = refresh_unfollowed(operation_key(id))) return *failed;
    const bus::Revision revision = mirror_->read([&](const Tables& tables) {
        const auto found = tables.operations.find(id);
        return found != tables.operations.end() ? found->second.revision : 0;
    });
    if (revision == 0) return {};
    // Who may not purge may write, and leaves a trace.
    if (!bucket_->forget(operation_key(id), revision)) {
        if (base::Status erased = bucket_->erase(operation_key(id)); !erased) return erased;
    }
    mirror_->change_tables([&](Tables& tables) { tables.operations.erase(id); });
    return {};
}

/// Each copy does this for its own mirror: the bucket tells nobody, and is asked again in vain.
void JetStreamLedger::tidy(const NameRule& rule, base::Time now) {
    if (!mirror_->reachable()) {
        if (!bucket_->put(std::string(probe), "{}")) return;
        mirror_->written();
    }
    mend_some(now);
    for (const OldName& old : mirror_->next_over(rule, now)) {
        if (!bucket_->forget(std::string(name_prefix) + old.name, old.revision)) return;
        mirror_->forget(old);
    }
    forget_denials(now);
}

void JetStreamLedger::forget_denials(base::Time now) {
    const auto all_over = mirror_->read([&](const Tables& tables) { return tables.denials.over(now); });
    for (const DenialTable::Over& over : all_over) {
        if (!bucket_->forget(key_of(over.whom), over.revision)) return;
        // Unless somebody has made it anew meanwhile.
        mirror_->change_tables([&](Tables& tables) {
            if (!tables.denials.counts(over.whom, now)) tables.denials.erase(over.whom);
        });
    }
}

/// One that another copy mends or changes first needs no more.
void JetStreamLedger::mend_some(base::Time now) {
    for (const std::string& name : mirror_->unmended()) {
        const auto entry = find(name);
        if (!entry || !*entry) continue;
        if (!write({.name = name, .record = (*entry)->record, .seen = (*entry)->revision}, now)) return;
    }
}

LedgerSize JetStreamLedger::size() const {
    return mirror_->read([](const Tables& tables) {
        return LedgerSize{.names = tables.names.size(), .denials = tables.denials.size()};
    });
}

bool JetStreamLedger::may_renew_unwritten() {
    const std::optional<std::chrono::seconds> offline = mirror_->offline_for();
    return offline && *offline <= max_offline_;
}

void JetStreamLedger::stop_following() {
    watch_.reset();
}

base::Status JetStreamLedger::check() {
    const auto entry = bucket_->get(std::string(name_prefix) + "readiness");
    return entry ? base::Status() : base::Status(entry.error());
}

}  // namespace natscreds::provisioner
