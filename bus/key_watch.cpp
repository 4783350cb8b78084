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

constexpr Backoff retry{std::chrono::milliseconds(50), std::chrono::milliseconds(500)};

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
        current_ = false;
        const base::Status ended = watch(stop);
        failures = current_ ? 0 : failures + 1;
        if (!ended) cut_off(ended.error());
        if (!stop.stop_requested()) pause(stop, failures);
    }
}

/// Returns with the reason why it cannot go on; with success when it was stopped, or the link has been lost
/// and that has been told.
base::Status BucketWatch::watch(const std::stop_token& stop) {
    const auto bucket = binding_->bound();
    if (!bucket) return bucket.error();
    const Link& link = *(*bucket)->link;
    const std::uint64_t losses = link.losses();
    ClientWatcher* started = nullptr;
    const natsStatus status = kvStore_WatchAll(&started, (*bucket)->store.get(), nullptr);
    if (status != NATS_OK) return bucket_error(status, doing());
    const WatcherHandle watcher(started);
    while (!stop.stop_requested()) {
        const base::Status told = tell_next(*watcher);
        if (!told) return told;
        if (link.losses() == losses && !link.closed()) continue;
        cut_off({Errc::disconnected, doing()});
        // Ending the watcher now would wait for an answer that cannot come.
        while (!link.connected() && !link.closed() && !stop.stop_requested())
            pause(stop, 0);
        return {};
    }
    return {};
}

base::Status BucketWatch::tell_next(ClientWatcher& watcher) {
    kvEntry* next = nullptr;
    const natsStatus status = kvWatcher_Next(&next, &watcher, look_up.count());
    const EntryHandle entry(next);
    if (status == NATS_TIMEOUT) return {};
    if (status != NATS_OK) return bucket_error(status, doing());
    if (entry != nullptr) {
        watcher_.changed(change_of(*entry));
        return {};
    }
    current_ = true;
    cut_off_ = false;
    if (watcher_.current) watcher_.current();
    return {};
}

/// Told once; it stays cut off until it is current again.
void BucketWatch::cut_off(const base::Error& why) {
    if (std::exchange(cut_off_, true)) return;
    if (watcher_.cut_off) watcher_.cut_off(why);
}

std::string BucketWatch::doing() const {
    return "watching the bucket " + binding_->name();
}

void BucketWatch::pause(const std::stop_token& stop, unsigned failures) {
    std::unique_lock lock(mutex_);
    (void)stopped_.wait_for(lock, stop, retry.delay(failures, 0.5), [] { return false; });
}

}  // namespace natscreds::bus
