#include "key_watch.h"

#include <string>
#include <utility>

#include <nats/nats.h>

#include <natscreds/bus/backoff.h>

#include "client_error.h"

namespace natscreds::bus {
namespace {

/// How soon a lost connection is noticed, and the end of the watch.
constexpr Timeout look_up{50};

constexpr Backoff retry{std::chrono::milliseconds(50), std::chrono::seconds(2)};

struct DestroyEntry {
    void operator()(kvEntry* entry) const noexcept { kvEntry_Destroy(entry); }
};
using EntryHandle = std::unique_ptr<kvEntry, DestroyEntry>;

KeyChange change_of(kvEntry& entry) {
    KeyChange change{.key = kvEntry_Key(&entry), .value = std::nullopt, .revision = kvEntry_Revision(&entry)};
    if (kvEntry_Operation(&entry) != kvOp_Put) return change;
    const auto* const bytes = static_cast<const char*>(kvEntry_Value(&entry));
    change.value.emplace(bytes, static_cast<std::size_t>(kvEntry_ValueLen(&entry)));
    return change;
}

}  // namespace

void DestroyWatcher::operator()(ClientWatcher* watcher) const noexcept {
    kvWatcher_Destroy(watcher);
}

BucketWatch::BucketWatch(std::shared_ptr<BucketBinding> binding, KeyWatcher watcher)
    : binding_(std::move(binding)),
      watcher_(std::move(watcher)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void BucketWatch::run(const std::stop_token& stop) {
    unsigned failures = 0;
    while (!stop.stop_requested()) {
        const base::Status ended = watch(stop);
        if (stop.stop_requested()) return;
        // Told once; it stays cut off until it is current again.
        if (failures == 0 && watcher_.cut_off) watcher_.cut_off(ended.error());
        pause(stop, failures++);
    }
}

/// Returns with the reason why it cannot go on; with success only when it was stopped.
base::Status BucketWatch::watch(const std::stop_token& stop) {
    const auto bucket = binding_->bound();
    if (!bucket) return bucket.error();
    const std::string doing = "watching the bucket " + binding_->name();
    const Link& link = *(*bucket)->link;
    const std::uint64_t losses = link.losses();
    ClientWatcher* started = nullptr;
    natsStatus status = kvStore_WatchAll(&started, (*bucket)->store.get(), nullptr);
    if (status != NATS_OK) return bucket_error(status, doing);
    const WatcherHandle watcher(started);
    while (!stop.stop_requested()) {
        kvEntry* next = nullptr;
        status = kvWatcher_Next(&next, watcher.get(), look_up.count());
        const EntryHandle entry(next);
        if (link.losses() != losses || link.closed()) return base::Error{Errc::disconnected, doing};
        if (status == NATS_TIMEOUT) continue;
        if (status != NATS_OK) return bucket_error(status, doing);
        if (entry != nullptr) {
            watcher_.changed(change_of(*entry));
        } else if (watcher_.current) {
            watcher_.current();
        }
    }
    return {};
}

void BucketWatch::pause(const std::stop_token& stop, unsigned failures) {
    std::unique_lock lock(mutex_);
    (void)stopped_.wait_for(lock, stop, retry.delay(failures, 0.5), [] { return false; });
}

}  // namespace natscreds::bus
