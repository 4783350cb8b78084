#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/bus/message.h>
#include <natscreds/bus/requests.h>
#include <natscreds/bus/subscription.h>

#include "client_types.h"

namespace natscreds::bus {

/// Whom the client library tells what happens to a connection, on threads of its own.
class ConnectionObserver {
  public:
    virtual void on_disconnected() noexcept = 0;
    virtual void on_reconnected() noexcept = 0;
    /// The last call.
    virtual void on_closed() noexcept = 0;
    /// `said` is the library's text, `subject` that of the subscription, where there is one.
    virtual void on_error(int status, const std::string& said, const std::string& subject) noexcept = 0;

  protected:
    ~ConnectionObserver() = default;
};

/// Whom it hands the messages of a subscription, on a thread that the subscription has for itself.
class SubscriptionObserver {
  public:
    /// The message is the observer's. None: nothing.
    virtual void on_message(ClientMessage* message) noexcept = 0;
    /// The last call, where complete() was successful.
    virtual void on_complete() noexcept = 0;

  protected:
    ~SubscriptionObserver() = default;
};

/// The client library's calls behind which others come back: what Link and Listener are written against, so that
/// tests have them come back in every order.
///
/// Holds:   a status is a natsStatus; an observer has to live until its last call.
/// Thread:  any.
class ClientLibrary {
  public:
    virtual ~ClientLibrary() = default;

    [[nodiscard]] virtual int connect(ClientConnection*& made, ClientOptions& options,
                                      ConnectionObserver& observer) = 0;
    /// Does not wait for what observers do.
    virtual void close(ClientConnection& connection) noexcept = 0;
    virtual void destroy(ClientConnection* connection) noexcept = 0;
    [[nodiscard]] virtual bool connected(ClientConnection& connection) = 0;
    /// Empty where it is not connected.
    [[nodiscard]] virtual base::Result<std::string> url(ClientConnection& connection) = 0;
    [[nodiscard]] virtual int flush(ClientConnection& connection, Timeout timeout) = 0;
    /// Whether the server has refused something some time.
    [[nodiscard]] virtual bool was_refused(ClientConnection& connection) = 0;
    [[nodiscard]] virtual base::Status publish(ClientConnection& connection, const Message& message) = 0;
    [[nodiscard]] virtual base::Status publish(ClientConnection& connection, const std::string& subject,
                                               std::string_view body) = 0;

    [[nodiscard]] virtual int subscribe(ClientSubscription*& made, ClientConnection& connection,
                                        const SubscriptionOptions& interest,
                                        SubscriptionObserver& observer) = 0;
    /// Whether the observer will be told of the end.
    [[nodiscard]] virtual bool complete(ClientSubscription& subscription, SubscriptionObserver& observer) = 0;
    virtual void drain(ClientSubscription& subscription, Timeout limit) noexcept = 0;
    virtual void unsubscribe(ClientSubscription& subscription) noexcept = 0;
    virtual void destroy(ClientSubscription* subscription) noexcept = 0;
    [[nodiscard]] virtual std::uint64_t arrived(ClientSubscription& subscription) = 0;
    [[nodiscard]] virtual std::size_t waiting(ClientSubscription& subscription) = 0;
};

/// The real one.
[[nodiscard]] ClientLibrary& nats_library() noexcept;

}  // namespace natscreds::bus
