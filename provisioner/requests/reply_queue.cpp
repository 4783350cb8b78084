#include <natscreds/provisioner/requests/reply_queue.h>

#include <utility>

#include <natscreds/access/reason.h>
#include <natscreds/base/thread_name.h>

namespace natscreds::provisioner {
namespace {

constexpr std::chrono::seconds unidentified_interval{1};
/// A flush costs what a few answers cost, also where the disk is fast.
constexpr std::chrono::milliseconds max_gathering{2};
constexpr std::size_t max_gathered = 64;

}  // namespace

ReplyQueue::ReplyQueue(Parts parts)
    : parts_(std::move(parts)),
      audit_head_(parts_.audit != nullptr ? parts_.audit->head() : ""),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

ReplyQueue::~ReplyQueue() {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return all_sent(); });
    }
    thread_.request_stop();
    thread_.join();
}

void ReplyQueue::deliver(Outgoing outgoing) {
    const bool nothing_to_flush = parts_.audit == nullptr && outgoing.answer.ticket == 0;
    if (nothing_to_flush) return send(outgoing, std::chrono::nanoseconds(0));
    std::unique_lock lock(mutex_);
    urgent_ = urgent_ || !outgoing.more_follow;
    queue_.push_back(std::move(outgoing));
    if (urgent_ || queue_.size() == 1 || queue_.size() == max_gathered) changed_.notify_all();
}

std::size_t ReplyQueue::waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

base::Status ReplyQueue::drain(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, limit, [this] { return all_sent(); })) return {};
    const std::size_t waiting = queue_.size() + under_way_;
    return base::Error{std::make_error_code(std::errc::timed_out),
                       std::to_string(waiting) + " answers that the disk has not taken"};
}

std::string ReplyQueue::audit_head() const {
    const std::lock_guard lock(mutex_);
    return audit_head_;
}

base::Status ReplyQueue::audit_state() const {
    const std::lock_guard lock(mutex_);
    return audit_state_;
}

void ReplyQueue::run(const std::stop_token& stop) {
    base::name_thread("replies");
    while (!stop.stop_requested()) {
        Batch batch;
        {
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, stop, unidentified_interval, [this] { return !queue_.empty(); });
            changed_.wait_for(lock, stop, max_gathering,
                              [this] { return urgent_ || queue_.empty() || queue_.size() >= max_gathered; });
            batch.swap(queue_);
            urgent_ = false;
            under_way_ = batch.size();
        }
        send_all(std::move(batch));
        const std::lock_guard lock(mutex_);
        under_way_ = 0;
        changed_.notify_all();
    }
    unidentified_written_.reset();
    send_all({});
}

void ReplyQueue::send_all(Batch batch) {
    const auto begun = std::chrono::steady_clock::now();
    flush_ledger(batch);
    write_audit(batch);
    for (const Outgoing& outgoing : batch)
        send(outgoing, std::chrono::steady_clock::now() - begun);
}

void ReplyQueue::flush_ledger(Batch& batch) {
    for (Outgoing& outgoing : batch) {
        if (outgoing.answer.ticket == 0) continue;
        const base::Status flushed = parts_.ledger.flush(outgoing.answer.ticket);
        if (flushed) continue;
        parts_.failed(flushed.error());
        outgoing.answer = refuse(std::move(outgoing.answer), flushed.error(), parts_.clock.now());
    }
}

base::Status ReplyQueue::write_down(std::vector<AuditRecord> records) {
    if (parts_.audit == nullptr) return {};
    base::Status written = append(std::move(records));
    if (!written) parts_.failed(written.error());
    return written;
}

/// After a failure the first line says so; with nothing else to write, it is how the disk is tried.
base::Status ReplyQueue::append(std::vector<AuditRecord> records) {
    const std::lock_guard one_at_a_time(writing_);
    if (!audit_state()) records.insert(records.begin(), {.time = parts_.clock.now(), .event = "recovered"});
    base::Status written = parts_.audit->append(records);
    const std::lock_guard lock(mutex_);
    audit_head_ = parts_.audit->head();
    audit_state_ = written;
    return written;
}

void ReplyQueue::write_audit(Batch& batch) {
    if (parts_.audit == nullptr) return;
    const std::vector<AuditRecord> records = records_of(batch);
    const base::Status written = append(records);
    if (written) return;
    parts_.failed(written.error());
    if (!records.empty()) count_again(records.back());
    const base::Error unavailable{access::Reason::audit_unavailable,
                                  "the audit cannot be written, so nothing is issued"};
    for (Outgoing& outgoing : batch) {
        if (!outgoing.answer.identified) continue;
        outgoing.answer = refuse(std::move(outgoing.answer), unavailable, parts_.clock.now());
    }
}

std::vector<AuditRecord> ReplyQueue::records_of(const Batch& batch) {
    std::vector<AuditRecord> records;
    for (const Outgoing& outgoing : batch) {
        const Answer& answer = outgoing.answer;
        if (answer.identified) {
            records.push_back(answer.record);
        } else {
            ++unidentified_[answer.record.reason];
        }
    }
    if (auto all = unidentified()) records.push_back(std::move(*all));
    return records;
}

/// One line for all of them, at most once a second.
std::optional<AuditRecord> ReplyQueue::unidentified() {
    const base::Instant now = parts_.intervals.now();
    const bool just_written = unidentified_written_ && now - *unidentified_written_ < unidentified_interval;
    if (unidentified_.empty() || just_written) return std::nullopt;
    unidentified_written_ = now;
    AuditRecord record;
    record.time = parts_.clock.now();
    record.event = "unidentified";
    record.refusals = std::exchange(unidentified_, {});
    return record;
}

/// What could not be written down is counted with what comes later.
void ReplyQueue::count_again(const AuditRecord& record) {
    for (const auto& [reason, count] : record.refusals)
        unidentified_[reason] += count;
}

void ReplyQueue::send(const Outgoing& outgoing, std::chrono::nanoseconds stored) {
    const base::Status replied = parts_.send(outgoing.reply, outgoing.answer);
    parts_.observe({.answer = outgoing.answer,
                    .replied = replied,
                    .stored = stored,
                    .total = std::chrono::steady_clock::now() - outgoing.arrived});
}

}  // namespace natscreds::provisioner
