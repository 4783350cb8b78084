#include <natscreds/bus/connection.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include <nats/nats.h>

#include "client_error.h"
#include "connection_state.h"

namespace natscreds::bus {
namespace {

std::string take_text(char* text) {
    const std::unique_ptr<char, decltype(&std::free)> owner(text, std::free);
    return text != nullptr ? text : "";
}

}  // namespace

base::Result<Connection> Connection::open(ConnectionOptions options, ConnectionEvents events) {
    const auto state = std::make_shared<State>(std::move(options), std::move(events));
    if (const base::Status connected = state->connect(); !connected) return connected.error();
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
    return state_->link()->publish(message);
}

base::Status Connection::publish(const std::string& subject, std::string_view body) {
    return state_->link()->publish(subject, body);
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
    return state_->link()->request(message, limits, handler);
}

base::Result<Subscription> Connection::subscribe(const SubscriptionOptions& interest,
                                                 MessageHandler handler) {
    auto workers = state_->subscribe(interest, std::move(handler));
    if (!workers) return workers.error();
    return Subscription(*std::move(workers));
}

base::Result<Subscription> Connection::listen(const SubscriptionOptions& interest, MessageHandler handler,
                                              Timeout timeout) {
    base::Result<Subscription> subscription = subscribe(interest, std::move(handler));
    if (!subscription) return subscription;
    const base::Status taken_in = state_->link()->confirm(interest.subject, timeout);
    if (!taken_in) return taken_in.error();
    return subscription;
}

base::Status Connection::flush(Timeout timeout) {
    return state_->link()->flush(timeout);
}

base::Status Connection::switch_to(jwt::Credentials credentials) {
    return state_->switch_to(std::move(credentials));
}

base::Status Connection::drain(Timeout timeout) {
    return state_->drain(timeout);
}

void Connection::close() noexcept {
    state_->close();
}

base::Result<std::chrono::nanoseconds> Connection::round_trip_time() {
    std::int64_t nanoseconds = 0;
    const natsStatus status = natsConnection_GetRTT(&state_->link()->client(), &nanoseconds);
    if (status != NATS_OK) return client_error(status, "measuring the round trip");
    return std::chrono::nanoseconds(nanoseconds);
}

base::Result<std::string> Connection::connected_url() const {
    const base::Result<std::string> url = state_->link()->url();
    if (!url) return url.error();
    return without_password(*url);
}

base::Result<std::vector<std::string>> Connection::known_servers() const {
    char** found = nullptr;
    int count = 0;
    const natsStatus status = natsConnection_GetServers(&state_->link()->client(), &found, &count);
    if (status != NATS_OK) return client_error(status, "asking for the known servers");
    std::vector<std::string> servers;
    for (int number = 0; number < count; ++number) {
        servers.push_back(without_password(found[number]));
        std::free(found[number]);
    }
    std::free(found);
    return servers;
}

base::Result<std::string> Connection::server_id() const {
    std::array<char, 256> id{};
    const natsStatus status =
        natsConnection_GetConnectedServerId(&state_->link()->client(), id.data(), id.size());
    if (status != NATS_OK) return client_error(status, "asking for the server's id");
    if (id[0] == '\0') return base::Error{Errc::disconnected, ""};
    return std::string(id.data());
}

base::Result<std::string> Connection::client_ip() const {
    char* ip = nullptr;
    const natsStatus status = natsConnection_GetClientIP(&state_->link()->client(), &ip);
    std::string text = take_text(ip);
    if (status != NATS_OK) return client_error(status, "asking for the own address");
    return text;
}

std::string Connection::new_inbox() const {
    return unused_inbox(state_->inbox_prefix());
}

}  // namespace natscreds::bus
