#include "client_library.h"

#include <array>

#include <nats/nats.h>

#include "client_error.h"
#include "wire_message.h"

namespace natscreds::bus {
namespace {

ConnectionObserver& observer_of(void* closure) {
    return *static_cast<ConnectionObserver*>(closure);
}

void disconnected(natsConnection*, void* closure) noexcept {
    observer_of(closure).on_disconnected();
}
void reconnected(natsConnection*, void* closure) noexcept {
    observer_of(closure).on_reconnected();
}
void closed(natsConnection*, void* closure) noexcept {
    observer_of(closure).on_closed();
}
void failed(natsConnection*, natsSubscription* subscription, natsStatus status, void* closure) noexcept {
    const std::string said = last_client_text();
    // The library keeps no reference for us: of a subscription that a drain gives up nothing may be left.
    const bool is_there = subscription != nullptr && status == NATS_SLOW_CONSUMER;
    const char* const subject = is_there ? natsSubscription_GetSubject(subscription) : nullptr;
    observer_of(closure).on_error(status, said, subject != nullptr ? subject : "");
}

void arrived_message(natsConnection*, natsSubscription*, natsMsg* message, void* closure) noexcept {
    static_cast<SubscriptionObserver*>(closure)->on_message(message);
}
void completed(void* closure) noexcept {
    static_cast<SubscriptionObserver*>(closure)->on_complete();
}

class NatsLibrary final : public ClientLibrary {
  public:
    int connect(ClientConnection*& made, ClientOptions& options, ConnectionObserver& observer) override {
        // These fail only for want of an options object.
        (void)natsOptions_SetDisconnectedCB(&options, disconnected, &observer);
        (void)natsOptions_SetReconnectedCB(&options, reconnected, &observer);
        (void)natsOptions_SetClosedCB(&options, closed, &observer);
        (void)natsOptions_SetErrorHandler(&options, failed, &observer);
        return natsConnection_Connect(&made, &options);
    }
    void close(ClientConnection& connection) noexcept override { natsConnection_Close(&connection); }
    void destroy(ClientConnection* connection) noexcept override { natsConnection_Destroy(connection); }
    bool connected(ClientConnection& connection) override {
        return natsConnection_Status(&connection) == NATS_CONN_STATUS_CONNECTED;
    }
    base::Result<std::string> url(ClientConnection& connection) override {
        std::array<char, 1024> url{};
        const natsStatus status = natsConnection_GetConnectedUrl(&connection, url.data(), url.size());
        if (status != NATS_OK) return client_error(status, "asking for the server's URL");
        return std::string(url.data());
    }
    int flush(ClientConnection& connection, Timeout timeout) override {
        return natsConnection_FlushTimeout(&connection, timeout.count());
    }
    bool was_refused(ClientConnection& connection) override {
        const char* text = nullptr;
        return natsConnection_GetLastError(&connection, &text) == NATS_NOT_PERMITTED;
    }
    base::Status publish(ClientConnection& connection, const Message& message) override {
        return send(connection, message);
    }
    base::Status publish(ClientConnection& connection, const std::string& subject,
                         std::string_view body) override {
        return send(connection, subject, body);
    }

    int subscribe(ClientSubscription*& made, ClientConnection& connection,
                  const SubscriptionOptions& interest, SubscriptionObserver& observer) override {
        const char* const subject = interest.subject.c_str();
        if (interest.queue.empty())
            return natsConnection_Subscribe(&made, &connection, subject, arrived_message, &observer);
        return natsConnection_QueueSubscribe(&made, &connection, subject, interest.queue.c_str(),
                                             arrived_message, &observer);
    }
    bool complete(ClientSubscription& subscription, SubscriptionObserver& observer) override {
        return natsSubscription_SetOnCompleteCB(&subscription, completed, &observer) == NATS_OK;
    }
    // An error of these means that the connection is closed, and with it the subscription.
    void drain(ClientSubscription& subscription, Timeout limit) noexcept override {
        (void)natsSubscription_DrainTimeout(&subscription, limit.count());
    }
    void unsubscribe(ClientSubscription& subscription) noexcept override {
        (void)natsSubscription_Unsubscribe(&subscription);
    }
    void destroy(ClientSubscription* subscription) noexcept override {
        natsSubscription_Destroy(subscription);
    }
    std::uint64_t arrived(ClientSubscription& subscription) override {
        int waiting = 0;
        std::int64_t handed_over = 0;
        const natsStatus status = natsSubscription_GetStats(&subscription, &waiting, nullptr, nullptr,
                                                            nullptr, &handed_over, nullptr);
        return status == NATS_OK ? static_cast<std::uint64_t>(waiting + handed_over) : 0;
    }
    std::size_t waiting(ClientSubscription& subscription) override {
        int messages = 0;
        const natsStatus status = natsSubscription_GetPending(&subscription, &messages, nullptr);
        return status == NATS_OK ? static_cast<std::size_t>(messages) : 0;
    }
};

}  // namespace

/// Never destroyed: a thread of the client library's may let go of the last link while the process already ends.
ClientLibrary& nats_library() noexcept {
    static ClientLibrary& library = *new NatsLibrary;
    return library;
}

}  // namespace natscreds::bus
