#include <natscreds/bus/connection.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include <nats/nats.h>

#include "client_error.h"
#include "connection_state.h"
#include "wire_message.h"

namespace natscreds::bus {
namespace {

std::string take_text(char* text) {
    const std::unique_ptr<char, decltype(&std::free)> owner(text, std::free);
    return text != nullptr ? text : "";
}

}  // namespace

base::Result<Connection> Connection::open(ConnectionOptions options, ConnectionEvents events) {
    const auto state = std::make_shared<State>(std::move(options), std::move(events));
    if (const base::Status connected = state->connect(options, state); !connected) return connected.error();
    return Connection(state);
}

Connection::Connection(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
Connection::Connection(Connection&&) noexcept = default;

Connection& Connection::operator=(Connection&& other) noexcept {
    const Connection ended(std::exchange(state_, std::move(other.state_)));
    return *this;
}

Connection::~Connection() {
    if (state_ != nullptr) state_->close();
}

base::Status Connection::publish(const Message& message) {
    return send(state_->client(), message);
}

base::Status Connection::publish(std::string_view subject, std::string_view body) {
    Message message;
    message.subject = subject;
    message.body = body;
    return publish(message);
}

base::Result<Message> Connection::request(const Message& message, Timeout timeout) {
    Message reply;
    const base::Status replied =
        request(message, {timeout, 1}, [&reply](const Message& received) { reply = received; });
    if (!replied) return replied.error();
    return reply;
}

base::Status Connection::request(const Message& message, RequestLimits limits,
                                 const MessageHandler& handler) {
    PendingRequests::Waiting waiting(state_->requests(), message.subject);
    if (const base::Status listening = state_->listen_for_replies(); !listening) return listening;
    Message outgoing = message;
    outgoing.reply = state_->reply_inbox() + "." + waiting.number();
    if (const base::Status sent = publish(outgoing); !sent) return sent;
    return waiting.collect(limits, handler);
}

base::Result<Subscription> Connection::subscribe(const Interest& interest, MessageHandler handler) {
    base::Result<std::shared_ptr<Listener>> listener = state_->listen(
        interest, [handle = std::move(handler)](ClientMessage& message) { handle(received(message)); });
    if (!listener) return listener.error();
    return Subscription(*std::move(listener));
}

base::Result<Subscription> Connection::listen(const Interest& interest, MessageHandler handler,
                                              Timeout timeout) {
    base::Result<Subscription> subscription = subscribe(interest, std::move(handler));
    if (!subscription) return subscription;
    const base::Status taken_in = flush(timeout);
    if (!taken_in) return taken_in.error();
    return subscription;
}

base::Status Connection::flush(Timeout timeout) {
    return state_->flush(timeout);
}

base::Status Connection::drain(Timeout timeout) {
    if (natsConnection_Status(&state_->client()) != NATS_CONN_STATUS_CONNECTED) {
        const bool closed = natsConnection_IsClosed(&state_->client());
        state_->close();
        return base::Error{closed ? Errc::closed : Errc::disconnected, "draining the connection"};
    }
    const natsStatus status = natsConnection_DrainTimeout(&state_->client(), timeout.count());
    const bool in_time = status == NATS_OK && state_->wait_until_closed(timeout);
    state_->close();
    if (status != NATS_OK) return client_error(status, "draining the connection");
    if (!in_time) return base::Error{Errc::timeout, "draining the connection"};
    return {};
}

void Connection::close() noexcept {
    state_->close();
}

base::Result<std::chrono::nanoseconds> Connection::round_trip_time() {
    std::int64_t nanoseconds = 0;
    const natsStatus status = natsConnection_GetRTT(&state_->client(), &nanoseconds);
    if (status != NATS_OK) return client_error(status, "measuring the round trip");
    return std::chrono::nanoseconds(nanoseconds);
}

base::Result<std::string> Connection::connected_url() const {
    std::array<char, 1024> url{};
    const natsStatus status = natsConnection_GetConnectedUrl(&state_->client(), url.data(), url.size());
    if (status != NATS_OK) return client_error(status, "asking for the server's URL");
    if (url[0] == '\0') return base::Error{Errc::disconnected, ""};
    return without_password(url.data());
}

base::Result<std::string> Connection::server_id() const {
    std::array<char, 256> id{};
    const natsStatus status = natsConnection_GetConnectedServerId(&state_->client(), id.data(), id.size());
    if (status != NATS_OK) return client_error(status, "asking for the server's id");
    if (id[0] == '\0') return base::Error{Errc::disconnected, ""};
    return std::string(id.data());
}

base::Result<std::string> Connection::client_ip() const {
    char* ip = nullptr;
    const natsStatus status = natsConnection_GetClientIP(&state_->client(), &ip);
    std::string text = take_text(ip);
    if (status != NATS_OK) return client_error(status, "asking for the own address");
    return text;
}

std::string Connection::new_inbox() const {
    return unused_inbox(state_->inbox_prefix());
}

}  // namespace natscreds::bus
