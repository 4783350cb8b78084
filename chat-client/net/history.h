#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include <natscreds/bus/connection.h>
#include <natscreds/chat-client/model/effects.h>
#include <natscreds/chat-client/net/events.h>
#include <natscreds/chat-client/net/history_walk.h>

namespace natscreds::chat {

/// Reads what was said before, in a thread of its own, and puts it into the mailbox.
///
/// Holds:   what is asked for is answered once, in order; a search goes on between, stretch by stretch. Where there is
///          no stream, or none that may be read, the mailbox says so once, and nothing more is tried until the next
///          connection.
/// Thread:  any. All of the parts must outlive it.
class History {
  public:
    struct Parts {
        bus::Connection& connection;
        const ChatSubjects& subjects;
        Mailbox& mailbox;
    };
    explicit History(Parts parts);

    void fetch(FetchHistory wanted);
    void search(SearchHistory wanted);
    void end_search();
    /// There is another connection, or other credentials: perhaps there is a history now.
    void try_again();

  private:
    struct Search {
        SearchHistory wanted;
        std::uint64_t number = 0;
        std::optional<std::uint64_t> before = {};
        std::size_t read = 0;
    };

    void run(const std::stop_token& stop);
    void answer(const FetchHistory& wanted, const std::stop_token& stop);
    void search_on(Search search, const std::stop_token& stop);
    [[nodiscard]] bool is_missing(const base::Error& error);
    [[nodiscard]] StoredSource source_of(const std::string& channel) const;
    [[nodiscard]] std::optional<StoredMessage> read(const bus::Stored& stored) const;

    Parts parts_;
    std::atomic<bool> there_ = false;  ///< something of it has been read
    std::atomic<bool> missing_ = false;
    bool told_ = false;      ///< that there is none
    unsigned timeouts_ = 0;  ///< before anything was read
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<FetchHistory> wanted_;
    std::optional<Search> search_;
    std::uint64_t searches_ = 0;  ///< how many were begun or ended: what an older one finds is for nobody
    std::jthread thread_;
};

}  // namespace natscreds::chat
