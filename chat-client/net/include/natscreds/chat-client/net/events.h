#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/history.h>
#include <natscreds/chat-client/model/message.h>
#include <natscreds/chat-client/model/room.h>
#include <natscreds/chat-client/model/sealed_talk.h>

namespace natscreds::chat {

/// What happens on the network, told to whoever holds the Chat.
struct Heard {
    base::Result<Message> message;
};
struct Delivered {
    Ticket ticket;
    Delivery delivery;
};
struct Noticed {
    std::string text;
    bool asked = false;  ///< an answer to what was typed
};
struct Renewed {
    std::vector<nkeys::PublicKey> issuers;  ///< whose signatures on names to believe from now on
    std::optional<base::Time> expires;
};
struct Connected {
    std::string server;
};
struct Disconnected {};
/// Nothing of what is said is kept.
struct WithoutHistory {};
/// Sealed messages are not kept for who is away.
struct WithoutSealedMail {};
/// How the connection is, told every few seconds.
struct Measured {
    std::optional<std::chrono::microseconds> round_trip;  ///< nothing where no server answers
    std::string server;                                   ///< its name, or its URL where it has none
    std::string region;                                   ///< its cluster's name, if it is in one
    bool tls;                                             ///< it takes encrypted connections alone
    bool hangs = false;                                   ///< there is a connection, and no answer
};
using Event = std::variant<Heard, Delivered, Noticed, Renewed, Connected, Disconnected, Measured, HistoryPage,
                           SearchProgress, WithoutHistory, SealedPage, WithoutSealedMail>;

/// Events on their way from the network's threads to the one that holds the Chat.
///
/// Holds:   at most `most` messages wait, and of one sender `max_of_one`: what comes on top is counted, and lost.
///          Of what is told of the connection the newest `max_told` wait. Nothing else is lost: that is as much
///          as was sent and asked from here.
/// Thread:  any; take() is for one.
class Mailbox {
  public:
    static constexpr std::size_t most = 16'384;
    static constexpr std::size_t max_of_one = most / 4;
    static constexpr std::size_t max_told = 1'024;

    Mailbox();
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    void put(Event event);
    /// All that has come since the last time.
    [[nodiscard]] std::vector<Event> take();
    /// How many messages were lost since the last time.
    [[nodiscard]] std::size_t take_lost();
    /// Becomes readable when something is there, for poll(2).
    [[nodiscard]] int descriptor() const noexcept { return wake_; }

  private:
    [[nodiscard]] bool admit(const Heard& heard);
    void forget_oldest_told();

    int wake_;
    std::mutex mutex_;
    std::vector<Event> events_;
    std::size_t messages_ = 0;  ///< that wait, as the next two
    std::size_t told_ = 0;
    std::map<std::optional<nkeys::PublicKey>, std::size_t> of_sender_;
    std::size_t lost_ = 0;
};

}  // namespace natscreds::chat
