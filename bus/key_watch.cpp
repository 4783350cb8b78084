#include "key_watch.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <nats/nats.h>

#include <natscreds/base/pause.h>
#include <natscreds/base/thread_name.h>
#include <natscreds/bus/backoff.h>
#include <natscreds/bus/errc.h>

#include "client_error.h"

namespace natscreds::bus {
namespace {

/// How soon a lost connection is noticed, and the end of the watch.
constexpr Timeout look_up{50};

constexpr std::chrono::nanoseconds heartbeat = std::chrono::seconds(5);

constexpr Backoff retry{std::chrono::milliseconds(50), std::chrono::milliseconds(500)};

/// How often the stream is looked at. What it has had for so long, and was not told, is not coming any more: the server
/// that the consumer was on has gone, and nothing says so.
constexpr std::chrono::seconds look_interval{2};

struct DestroyMetaData {
    void operator()(jsMsgMetaData* data) const noexcept { jsMsgMetaData_Destroy(data); }
};
using MetaData = std::unique_ptr<jsMsgMetaData, DestroyMetaData>;

struct StreamState {
    std::uint64_t messages;
    std::uint64_t last;  ///< the newest revision that there was
};

base::Result<StreamState> look_at(const BoundBucket& bucket, const std::string& stream) {
    jsStreamInfo* info = nullptr;
    const natsStatus status = js_GetStreamInfo(&info, bucket.stream.get(), stream.c_str(), nullptr, nullptr);
    const StreamInfoHandle owner(info);
    if (status == NATS_NOT_FOUND) return base::Error{Errc::no_bucket, stream};
    if (status != NATS_OK) return bucket_error(status, "looking at the stream " + stream);
    return StreamState{info->State.Msgs, info->State.LastSeq};
}

/// A key that is erased, or purged, is a message that says so.
bool has_value(natsMsg& message) {
    const char* operation = nullptr;
    return natsMsgHeader_Get(&message, "KV-Operation", &operation) != NATS_OK;
}

KeyChange change_of(natsMsg& message, const std::string& before_key, std::uint64_t revision) {
    const std::string_view subject = natsMsg_GetSubject(&message);
    KeyChange change{.key = std::string(subject.substr(std::min(before_key.size(), subject.size()))),
                     .value = std::nullopt,
                     .revision = revision};
    if (has_value(message)) {
        change.value.emplace(natsMsg_GetData(&message),
                             static_cast<std::size_t>(natsMsg_GetDataLength(&message)));
    }
    return change;
}

}  // namespace

void DestroySubscription::operator()(ClientSubscription* subscription) const noexcept {
    natsSubscription_Destroy(subscription);
}

BucketWatch::BucketWatch(std::shared_ptr<BucketBinding> binding, KeyWatcher watcher)
    : binding_(std::move(binding)),
      watcher_(std::move(watcher)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void BucketWatch::run(const std::stop_token& stop) {
    base::name_thread("bucket-watch");
    unsigned failures = 0;
    while (!stop.stop_requested()) {
        current_ = false;
        const base::Status ended = watch(stop);
        failures = current_ ? 0 : failures + 1;
        if (!ended) cut_off(ended.error());
        if (!stop.stop_requested()) base::pause(stop, retry.delay(failures, 0.5));
    }
}

/// Returns with the reason why it cannot go on; with success when it was stopped, or the link has been lost
/// and that has been told.
base::Status BucketWatch::watch(const std::stop_token& stop) {
    const auto bucket = binding_->bound();
    if (!bucket) return bucket.error();
    const Link& link = *(*bucket)->link;
    const std::uint64_t losses = link.losses();
    const base::Result<SubscriptionHandle> changes = subscribe(**bucket);
    if (!changes) return changes.error();
    while (!stop.stop_requested()) {
        const base::Status told = tell_next(**changes);
        if (!told) return told;
        if (link.losses() == losses && !link.closed()) {
            if (const base::Status complete = look_for_missing(**bucket); !complete) return complete;
            continue;
        }
        cut_off({Errc::disconnected, doing()});
        // Ending the subscription now would wait for an answer that cannot come.
        while (!link.connected() && !link.closed() && !stop.stop_requested())
            base::pause(stop, retry.delay(0, 0.5));
        return {};
    }
    return {};
}

/// The library's own watcher makes its consumer anew by itself, on a thread of its own, which may be doing so while the
/// watcher is ended, and then what one of them reads the other has freed (nats.c 3.4). This one tells when it is at its
/// end, and all is asked for again.
base::Result<SubscriptionHandle> BucketWatch::subscribe(const BoundBucket& bucket) {
    const std::string stream = stream_of(binding_->name());
    const std::string all = subject_of(binding_->name(), ">");
    const base::Result<StreamState> before = look_at(bucket, stream);
    if (!before) return before.error();
    jsSubOptions options;
    jsSubOptions_Init(&options);
    options.Stream = stream.c_str();
    options.Config.DeliverPolicy = js_DeliverLastPerSubject;
    options.Config.AckPolicy = js_AckNone;
    options.Config.MaxDeliver = 1;
    options.Config.FlowControl = true;
    options.Config.Heartbeat = heartbeat.count();  // which flow control wants
    options.Config.MemoryStorage = true;
    options.Config.Replicas = 1;
    ClientSubscription* made = nullptr;
    const natsStatus status =
        js_SubscribeSync(&made, bucket.stream.get(), all.c_str(), nullptr, &options, nullptr);
    if (status != NATS_OK) return bucket_error(status, doing());
    // What is there at the start comes before it is current, or has been removed.
    told_ = {.revision = before->last};
    looked_ = std::chrono::steady_clock::now();
    if (before->messages == 0) become_current();
    return SubscriptionHandle(made);
}

/// Whether all has been told that the stream had the last time; until it is current, whether something was.
base::Status BucketWatch::look_for_missing(const BoundBucket& bucket) {
    const auto now = std::chrono::steady_clock::now();
    if (now - looked_ < look_interval) return {};
    looked_ = now;
    const base::Result<StreamState> state = look_at(bucket, stream_of(binding_->name()));
    if (!state) return state.error();
    const bool goes_on = told_.changes > std::exchange(told_.changes_before, told_.changes);
    const bool complete = told_.revision >= std::exchange(told_.due, state->last);
    const bool the_same_stream = state->last >= told_.revision;
    if (the_same_stream && (current_ ? complete : goes_on)) return {};
    return base::Error{Errc::failed, doing() + ": changes are not told any more"};
}

base::Status BucketWatch::tell_next(ClientSubscription& changes) {
    ClientMessage* next = nullptr;
    const natsStatus status = natsSubscription_NextMsg(&next, &changes, look_up.count());
    const MessageHandle message(next);
    if (status == NATS_TIMEOUT) return {};
    if (status != NATS_OK) return bucket_error(status, doing());
    jsMsgMetaData* read = nullptr;
    const natsStatus known = natsMsg_GetMetaData(&read, message.get());
    const MetaData data(read);
    if (known != NATS_OK) return bucket_error(known, doing());
    if (data->Sequence.Consumer != ++told_.changes)
        return base::Error{Errc::failed, doing() + ": a change was passed over"};
    watcher_.changed(change_of(*message, subject_of(binding_->name(), ""), data->Sequence.Stream));
    told_.revision = std::max(told_.revision, data->Sequence.Stream);
    if (!current_ && data->NumPending == 0) become_current();
    return {};
}

void BucketWatch::become_current() {
    current_ = true;
    cut_off_ = false;
    if (watcher_.current) watcher_.current();
}

/// Told once; it stays cut off until it is current again.
void BucketWatch::cut_off(const base::Error& why) {
    if (std::exchange(cut_off_, true)) return;
    if (watcher_.cut_off) watcher_.cut_off(why);
}

std::string BucketWatch::doing() const {
    return "watching the bucket " + binding_->name();
}

}  // namespace natscreds::bus
