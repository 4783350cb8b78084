#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection_options.h>
#include <natscreds/bus/errc.h>
#include <natscreds/bus/message.h>
#include <natscreds/bus/requests.h>
#include <natscreds/bus/subscription.h>
#include <natscreds/jwt/creds.h>

namespace natscreds::bus {

class Bucket;

/// What happens to a connection by itself. Handlers that are not set are not called.
///
/// Thread:  threads of ours call the handlers of a connection, one at a time. They must not block, throw, or
///          destroy the connection: note what happened and return.
struct ConnectionEvents {
    std::function<void()> disconnected;
    std::function<void()> reconnected;
    /// For good: by close(), drain() or the destructor.
    std::function<void()> closed;
    /// Something that no call is waiting to be told: permission_denied (the detail names the subject),
    /// slow_consumer, not_authorized (the credentials expired or were revoked; it goes on trying), failed.
    std::function<void(const base::Error&)> error;
};

/// Which replies a request waits for.
struct RequestLimits {
    Timeout timeout{5000};                          ///< for all of them together
    std::size_t replies = 1;                        ///< enough when so many have come
    std::function<bool(const Message&)> last = {};  ///< enough when this says so of one; not set: never
};

/// A connection to a NATS server.
///
/// Holds:   once made, it is made again whenever it is lost, for ever, on any server that is known, at growing
///          and scattered intervals (reconnect_backoff); also when the server refuses the credentials, for they
///          may be renewed. In the meantime what is published waits, as long as it is not refused.
///          The seed never leaves our own code: we sign the server's nonce.
///          When the destructor returns, no handler runs or will run any more.
/// Fails:   everything but open() fails with Errc::closed after a drain or close.
/// Thread:  every function may be called from several threads at once; not switch_to(), drain(), close() and
///          the destructor from inside a handler of this connection.
class Connection final : public Requests {
  public:
    /// Fails: Errc::cannot_connect, not_authorized, bad_option. The detail names the servers.
    [[nodiscard]] static base::Result<Connection> open(ConnectionOptions options,
                                                       ConnectionEvents events = {});

    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;
    ~Connection() override;

    /// Sends without waiting: what the server thinks of it shows in flush() or in ConnectionEvents::error.
    /// Fails: Errc::bad_subject, too_large, draining, disconnected (too much waits already).
    [[nodiscard]] base::Status publish(const Message& message);
    /// The same; the body, which may be secret, is copied only into what the client library sends.
    [[nodiscard]] base::Status publish(const std::string& subject, std::string_view body);

    /// As Requests has it.
    [[nodiscard]] base::Result<Message> request(const Message& message, Timeout timeout) override;

    /// The same with several replies, each handed to `handler` on the calling thread as it comes.
    /// Done when limits.replies have come, or at the timeout when at least one has.
    [[nodiscard]] base::Status request(const Message& message, RequestLimits limits,
                                       const MessageHandler& handler);

    /// Listens. With a queue group each message goes to one of the group's members.
    /// Fails: Errc::bad_subject, bad_option (its workers), draining. A refusal by the server shows in flush().
    [[nodiscard]] base::Result<Subscription> subscribe(const SubscriptionOptions& interest,
                                                       MessageHandler handler);

    /// The same, and waits until the server has taken it in: what is published from then on is heard.
    /// Fails: as subscribe and flush; permission_denied when the server refused this subscription.
    [[nodiscard]] base::Result<Subscription> listen(const SubscriptionOptions& interest,
                                                    MessageHandler handler, Timeout timeout);

    /// Waits until the server has taken in all that was sent.
    /// Fails: Errc::timeout, disconnected; permission_denied when it refused a publish or a subscription
    ///        that no earlier call reported.
    [[nodiscard]] base::Status flush(Timeout timeout);

    /// Goes over to other credentials, without a gap: connects with them, to the same server if it can, listens there to all that is
    /// listened to here, and only then ends the old connection in order. Also when it fails, they are the ones
    /// that the next attempt to connect uses; the old connection then goes on as long as the server lets it.
    ///
    /// Holds:   no message is lost, none is doubled, and without a queue group they stay in order. But one that
    ///          equals another byte for byte, and comes within the few milliseconds of the switch, may be taken
    ///          for its double; and a handler that has not finished what had arrived after switch_limit loses
    ///          the rest.
    /// Fails:   as open() and flush(), and the old one stays; Errc::bad_option on a connection without credentials.
    static constexpr Timeout switch_limit{30'000};
    [[nodiscard]] base::Status switch_to(jwt::Credentials credentials);

    /// Ends in order: takes nothing new, lets handlers finish what has arrived, sends what waits, closes.
    /// Fails: Errc::timeout when that took too long, disconnected when there is no server to drain to; it is
    ///        closed all the same, but a handler or an attempt to connect may still go on: the destructor waits for it.
    [[nodiscard]] base::Status drain(Timeout timeout);

    /// Ends now, and waits until no handler runs any more. What waits to be sent is sent if that is possible
    /// at once; messages that have arrived and are not yet handled are lost.
    void close() noexcept;

    [[nodiscard]] base::Result<std::chrono::nanoseconds> round_trip_time();

    /// Which server this is connected to just now. Fails: Errc::disconnected.
    [[nodiscard]] base::Result<std::string> connected_url() const;
    /// The servers that it would go to, should this one end: those of the options, and those that servers told of.
    [[nodiscard]] base::Result<std::vector<std::string>> known_servers() const;
    [[nodiscard]] base::Result<std::string> server_id() const;
    /// This client's address as the server sees it.
    [[nodiscard]] base::Result<std::string> client_ip() const;

    /// A subject below our inbox prefix that nobody has used yet, to receive replies on.
    [[nodiscard]] std::string new_inbox() const;

  private:
    friend class Bucket;
    class State;
    explicit Connection(std::shared_ptr<State> state) noexcept;

    std::shared_ptr<State> state_;
};

}  // namespace natscreds::bus
