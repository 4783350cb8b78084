#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/stored.h>
#include <natscreds/chat-client/net/events.h>

namespace natscreds::chat {

/// Sealed messages that wait in a stream for who is away, and the keys that people have announced, in a thread of its own.
///
/// Holds:   when it begins, and with each new connection, the mailbox gets the announcements of all, and one page of what
///          came for oneself since the last. One's own key is announced there where another one stands, or none, or
///          one of long ago. Where there is no stream, or none that may be used, the mailbox says so once, and
///          nothing more is tried until the next connection.
/// Thread:  any. All of the parts must outlive it.
class SealedMail {
  public:
    struct Parts {
        bus::Connection& connection;
        const ChatSubjects& subjects;
        Mailbox& mailbox;
        const base::Clock& clock;
        nkeys::PublicKey self;
        std::uint64_t from = 0;                ///< up to which the stream has been read
        std::function<Message(Message)> open;  ///< the message in a sealed one; itself where nothing opens it
        std::function<nkeys::PublicKey()> curve;    ///< one's own
        std::function<std::string()> announcement;  ///< of it
    };
    explicit SealedMail(Parts parts);

    /// Reads for the first time, and the first time only: once the channels are heard, for where nothing may be read the
    /// server's refusal holds up whoever waits for its word meanwhile.
    void begin();
    /// There is another connection, another key, or other credentials.
    void read_again();

    /// Has a message kept until its recipient comes back, where anything is kept; waits until that is known.
    /// Fails: bus::Errc::timeout, disconnected: it is to be tried again.
    [[nodiscard]] base::Status keep(const nkeys::PublicKey& recipient, const std::string& body);

  private:
    enum class There { unknown, yes, no };

    void run(const std::stop_token& stop);
    [[nodiscard]] base::Status read_all();
    [[nodiscard]] base::Status read_keys();
    void announce_own(const std::optional<Message>& kept);
    [[nodiscard]] base::Status read_messages();
    [[nodiscard]] base::Result<std::vector<bus::Stored>> read_lane(const nkeys::PublicKey& sender) const;
    [[nodiscard]] std::optional<StoredMessage> read(const bus::Stored& stored) const;
    [[nodiscard]] base::Result<std::optional<bus::Stored>> newest(const std::string& subject) const;
    /// Whether trying again would help; what cannot be had is told once.
    [[nodiscard]] bool take_failure(const base::Error& error);
    void set_there(There there);

    Parts parts_;
    std::set<nkeys::PublicKey> people_;  ///< who has announced a key
    unsigned timeouts_ = 0;              ///< before anything was read
    bool was_there_ = false;
    bool told_ = false;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    There there_ = There::unknown;
    bool begun_ = false;
    bool wanted_ = false;
    std::jthread thread_;
};

}  // namespace natscreds::chat
