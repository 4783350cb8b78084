#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <natscreds/access/client.h>
#include <natscreds/access/credentials_store.h>
#include <natscreds/base/interval_clock.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection_options.h>
#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/net/events.h>
#include <natscreds/nkeys/curve_key.h>

namespace natscreds::chat {

/// What a session is made of. Everything but `options` must outlive it.
struct SessionParts {
    bus::ConnectionOptions options;  ///< with credentials
    std::string name;                ///< as one calls oneself
    ChatSubjects subjects;
    access::CredentialsStore& store;  ///< where renewed credentials are kept
    const base::Clock& clock;
    const base::IntervalClock& intervals;
    base::Random& random;
    Mailbox& mailbox;
    std::string id_prefix =
        {};  ///< of what the Chat sends, as it came back is known by it; empty: one is made
    /// A fresh proof of who one is, for credentials that were issued on one.
    std::function<base::Result<std::optional<access::Identity>>()> identity = {};
    /// Asks for access for this key, where a renewal is no longer possible; not set: nobody may ask.
    std::function<base::Result<access::Answer>(const nkeys::SigningKey& key)> ask_anew = {};
    /// Whether what was said before in a channel is read as soon as one listens to it.
    enum class Reading { from_now_on, from_before };
    Reading reading = Reading::from_now_on;
    std::vector<nkeys::CurveKey> curves = {};  ///< one's own, the newest first; none: nothing is sealed
    std::uint64_t sealed_from = 0;             ///< up to which sealed messages have been read
};

/// A chat's connection: it listens, sends, says that one is here, and renews the credentials before they end. Where they
/// have ended all the same it asks for access anew, or waits until somebody has put newer ones into the store.
///
/// Holds:   who listens to a channel is told of what was said there before, if anything is kept. What is sent is sent again until a server has confirmed it, with the same id, so that it is neither
///          lost nor doubled; a presence goes out every 30 seconds. Whatever happens is put into the mailbox.
///          The destructor says goodbye, if it can at once.
/// Fails:   open: as bus::Connection::open; bus::Errc::bad_option without credentials.
/// Thread:  one.
class Session {
  public:
    [[nodiscard]] static base::Result<Session> open(SessionParts parts);

    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;
    ~Session();

    /// Returns at once: until a server has taken it in it is tried again, and the mailbox says what became of it.
    void listen(const std::string& channel);
    /// Returns at once: the channel is heard no more, soon.
    void stop_listening(const std::string& channel);
    /// These return at once: the mailbox says what was found.
    void fetch(const FetchHistory& wanted);
    void search(const SearchHistory& wanted);
    void end_search();
    /// Returns at once: the mailbox says what became of it.
    void send(const Send& message);
    /// Says that one is here, soon; many calls become one presence.
    void announce();
    /// Others are to seal for this key; those before still open what they sealed before.
    void use_curve(nkeys::CurveKey curve);
    /// The mailbox says how long it took.
    void measure_round_trip();
    void tell_server();

    /// Waits until all that was sent is confirmed or refused. Fails: bus::Errc::timeout.
    [[nodiscard]] base::Status finish(std::chrono::milliseconds timeout);

  private:
    class State;
    explicit Session(std::unique_ptr<State> state) noexcept;

    std::unique_ptr<State> state_;
};

}  // namespace natscreds::chat
