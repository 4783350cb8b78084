#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/audit/audit_log.h>
#include <natscreds/provisioner/ledger/ledger.h>
#include <natscreds/provisioner/requests/answer.h>

namespace natscreds::provisioner {

/// An answer on its way out.
struct Outgoing {
    std::string reply;
    Answer answer;
    std::chrono::steady_clock::time_point arrived = std::chrono::steady_clock::now();
    bool more_follow = false;  ///< soon, so that it may wait a moment for them to share its flush
};

/// What became of a request, for the log and the metrics.
struct Served {
    const Answer& answer;
    base::Status replied;
    std::chrono::nanoseconds stored;  ///< the time in the queue and on the way to disk
    std::chrono::nanoseconds total;
};

/// Sends answers, each of them when what it rests on is on disk: first the ledger, then the audit.
///
/// Holds:   answers that wait are flushed together, so that one flush serves many. Where the ledger or the audit
///          cannot be written, its answers go out as refusals. Exactly one message is sent for each answer.
///          Refusals that nobody stands behind share one audit line a second.
///          The destructor waits until all of them are sent.
/// Thread:  deliver(), write_down(), waiting() and drain() any; `send` and `observe` are called on a thread of its own, or on
///          deliver()'s when there is nothing to be flushed.
class ReplyQueue {
  public:
    struct Parts {
        Ledger& ledger;
        AuditLog* audit;  ///< none: nothing is audited
        const base::Clock& clock;
        const base::IntervalClock& intervals;
        std::function<base::Status(const std::string& reply, const Answer& answer)> send;
        std::function<void(const Served&)> observe;
        std::function<void(const base::Error&)> failed;  ///< an audit or ledger that could not be written
    };
    explicit ReplyQueue(Parts parts);
    ~ReplyQueue();
    ReplyQueue(const ReplyQueue&) = delete;
    ReplyQueue& operator=(const ReplyQueue&) = delete;

    void deliver(Outgoing outgoing);

    /// Writes lines that answer nobody into the audit, if there is one. Fails: as AuditLog::append.
    [[nodiscard]] base::Status write_down(std::vector<AuditRecord> records);

    /// How many answers wait to be flushed.
    [[nodiscard]] std::size_t waiting() const;

    /// Waits until all of them are sent. Fails: std::errc::timed_out; those that the disk does not take in time are
    /// neither written down nor sent.
    [[nodiscard]] base::Status drain(std::chrono::milliseconds limit);

    /// The audit's last hash; empty without an audit.
    [[nodiscard]] std::string audit_head() const;
    /// What the last attempt to write the audit came to.
    [[nodiscard]] base::Status audit_state() const;

  private:
    using Batch = std::vector<Outgoing>;

    void run(const std::stop_token& stop);
    [[nodiscard]] bool all_sent() const noexcept { return queue_.empty() && under_way_ == 0; }
    void send_all(Batch batch);
    void flush_ledger(Batch& batch);
    void write_audit(Batch& batch);
    [[nodiscard]] base::Status append(std::vector<AuditRecord> records);
    [[nodiscard]] std::vector<AuditRecord> records_of(const Batch& batch);
    [[nodiscard]] std::optional<AuditRecord> unidentified();
    void count_again(const AuditRecord& record);
    void send(const Outgoing& outgoing, std::chrono::nanoseconds stored);

    Parts parts_;
    std::mutex writing_;  ///< the audit, and never taken after the other one
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    Batch queue_;
    bool urgent_ = false;        ///< an answer waits that none is about to follow
    std::size_t under_way_ = 0;  ///< answers, to the disk and out
    std::string audit_head_;
    base::Status audit_state_;
    // Of the thread only.
    std::map<std::string, std::uint64_t> unidentified_;
    std::optional<base::Instant> unidentified_written_;
    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace natscreds::provisioner
