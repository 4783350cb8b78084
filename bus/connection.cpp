#include <natscreds/bus/connection.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include <nats/nats.h>

#include "client_error.h"
#include "client_options.h"
#include "listener.h"
#include "pending_requests.h"
#include "violation.h"
#include "wire_message.h"

namespace natscreds::bus {
namespace {

/// How many refusals are kept for the next flush(); who never flushes loses the oldest.
constexpr std::size_t most_refusals = 64;

/// How long flush() waits for word of a further refusal, once there has been one on this connection.
constexpr Timeout further_refusal{100};

std::string take_text(char* text) {
    const std::unique_ptr<char, decltype(&std::free)> owner(text, std::free);
    return text != nullptr ? text : "";
}

/// A subject that nobody has used yet. The library always makes its own prefix, which is cut off here.
std::string unused_inbox(const std::string& prefix) {
    natsInbox* made = nullptr;
    if (natsInbox_Create(&made) != NATS_OK) return prefix;
    const std::string text = made;
    natsInbox_Destroy(made);
    return prefix + text.substr(text.rfind('.'));
}

}  // namespace

/// What outlives a move of the Connection, and what the client library calls back.
class Connection::State {
  public:
    State(ConnectionOptions&& options, ConnectionEvents&& events);
    ~State() { natsConnection_Destroy(client_); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    [[nodiscard]] base::Status connect(const ConnectionOptions& options, std::shared_ptr<State> self);
    [[nodiscard]] base::Status listen_for_replies();
    [[nodiscard]] base::Result<std::shared_ptr<Listener>> listen(const Interest& interest, Listener::Handler handler);
    [[nodiscard]] base::Status flush(Timeout timeout);
    [[nodiscard]] bool wait_until_closed(Timeout timeout);
    void close() noexcept;

    [[nodiscard]] ClientConnection& client() const { return *client_; }
    [[nodiscard]] PendingRequests& requests() { return requests_; }
    [[nodiscard]] const std::string& inbox_prefix() const { return inbox_prefix_; }
    [[nodiscard]] const std::string& reply_inbox() const { return reply_inbox_; }

  private:
    void set_callbacks(ClientOptions& options);
    static void on_disconnected(natsConnection*, void* state) noexcept;
    static void on_reconnected(natsConnection*, void* state) noexcept;
    static void on_closed(natsConnection*, void* state) noexcept;
    static void on_error(natsConnection*, natsSubscription*, natsStatus status, void* state) noexcept;

    void refused(const Violation& violation, const base::Error& error);
    void report(const base::Error& error) const;
    void reply_arrived(ClientMessage& message);
    [[nodiscard]] base::Status first_refusal(Timeout timeout);

    Identity identity_;
    const ConnectionEvents events_;
    const std::string inbox_prefix_;
    const std::string reply_inbox_;  ///< replies come to one subject below it for each request
    ClientConnection* client_ = nullptr;
    PendingRequests requests_;

    std::mutex mutex_;
    std::condition_variable changed_;
    bool closed_ = false;
    std::deque<base::Error> refusals_;
    bool refused_before_ = false;
    std::optional<base::Error> inbox_refused_;
    std::vector<std::weak_ptr<Listener>> listeners_;
    std::shared_ptr<Listener> reply_listener_;
    std::shared_ptr<State> held_by_client_;  ///< until the library has called for the last time
};

Connection::State::State(ConnectionOptions&& options, ConnectionEvents&& events)
    : events_(std::move(events)),
      inbox_prefix_(options.inbox_prefix.empty() ? private_inbox_prefix(options) : options.inbox_prefix),
      reply_inbox_(unused_inbox(inbox_prefix_)) {
    identity_.credentials = std::move(options.credentials);
    identity_.nkey = std::move(options.nkey);
}

void Connection::State::set_callbacks(ClientOptions& options) {
    // These fail only for want of an options object.
    (void)natsOptions_SetDisconnectedCB(&options, on_disconnected, this);
    (void)natsOptions_SetReconnectedCB(&options, on_reconnected, this);
    (void)natsOptions_SetClosedCB(&options, on_closed, this);
    (void)natsOptions_SetErrorHandler(&options, on_error, this);
}

base::Status Connection::State::connect(const ConnectionOptions& options, std::shared_ptr<State> self) {
    const base::Result<OptionsHandle> client = client_options(options, identity_);
    if (!client) return client.error();
    set_callbacks(**client);
    held_by_client_ = std::move(self);
    const natsStatus status = natsConnection_Connect(&client_, client->get());
    if (status == NATS_OK) return {};
    held_by_client_.reset();
    return connect_error(status, server_list(options));
}

void Connection::State::on_disconnected(natsConnection*, void* state) noexcept {
    const State& self = *static_cast<State*>(state);
    if (self.events_.disconnected) self.events_.disconnected();
}

void Connection::State::on_reconnected(natsConnection*, void* state) noexcept {
    State& self = *static_cast<State*>(state);
    {
        // The new server, or newer credentials, may allow what was refused.
        const std::lock_guard lock(self.mutex_);
        self.inbox_refused_.reset();
    }
    if (self.events_.reconnected) self.events_.reconnected();
}

void Connection::State::on_closed(natsConnection*, void* state) noexcept {
    State& self = *static_cast<State*>(state);
    self.requests_.end_all({Errc::closed, "waiting for a reply"});
    if (self.events_.closed) self.events_.closed();
    std::shared_ptr<State> last;
    const std::lock_guard lock(self.mutex_);
    last = std::move(self.held_by_client_);
    self.closed_ = true;
    self.changed_.notify_all();
}

void Connection::State::on_error(natsConnection*, natsSubscription* subscription, natsStatus status,
                                 void* state) noexcept {
    State& self = *static_cast<State*>(state);
    const std::string said = last_client_text();
    if (const std::optional<Violation> violation = parse_violation(said)) {
        self.refused(*violation, {Errc::permission_denied, said});
        return;
    }
    const char* const subject = subscription != nullptr ? natsSubscription_GetSubject(subscription) : nullptr;
    self.report(client_error(status, subject != nullptr ? subject : said));
}

void Connection::State::refused(const Violation& violation, const base::Error& error) {
    const bool listening = violation.action == Violation::Action::subscribe;
    const bool inbox = listening && violation.concerns(reply_inbox_ + ".*");
    const bool awaited = !listening && requests_.refuse(violation, error);
    if (inbox) requests_.end_all(error);
    {
        const std::lock_guard lock(mutex_);
        refused_before_ = true;
        if (inbox) inbox_refused_ = error;
        if (!inbox && !awaited) refusals_.push_back(error);
        if (refusals_.size() > most_refusals) refusals_.pop_front();
        changed_.notify_all();
    }
    if (!inbox && !awaited) report(error);
}

void Connection::State::report(const base::Error& error) const {
    if (events_.error) events_.error(error);
}

void Connection::State::reply_arrived(ClientMessage& message) {
    const std::string subject = natsMsg_GetSubject(&message);
    const std::string number = subject.substr(subject.rfind('.') + 1);
    if (says_no_responders(message)) {
        requests_.nobody_listens(number);
    } else {
        requests_.deliver(number, received(message));
    }
}

base::Result<std::shared_ptr<Listener>> Connection::State::listen(const Interest& interest, Listener::Handler handler) {
    base::Result<std::shared_ptr<Listener>> listener = Listener::start(*client_, interest, std::move(handler));
    if (!listener) return listener;
    const std::lock_guard lock(mutex_);
    const auto ended = [](const std::weak_ptr<Listener>& entry) { return entry.expired(); };
    listeners_.erase(std::remove_if(listeners_.begin(), listeners_.end(), ended), listeners_.end());
    listeners_.push_back(*listener);
    return listener;
}

base::Status Connection::State::listen_for_replies() {
    {
        const std::lock_guard lock(mutex_);
        if (inbox_refused_) return *inbox_refused_;
        if (reply_listener_ != nullptr) return {};
    }
    base::Result<std::shared_ptr<Listener>> listener =
        listen({reply_inbox_ + ".*", ""}, [this](ClientMessage& message) { reply_arrived(message); });
    if (!listener) return listener.error();
    std::shared_ptr<Listener> superfluous = *listener;
    {
        // Another thread's first request may have been faster.
        const std::lock_guard lock(mutex_);
        if (reply_listener_ == nullptr) std::swap(reply_listener_, superfluous);
    }
    if (superfluous != nullptr) superfluous->stop();
    return {};
}

base::Status Connection::State::flush(Timeout timeout) {
    const natsStatus status = natsConnection_FlushTimeout(client_, timeout.count());
    if (status != NATS_OK) return client_error(status, "waiting for the server to take in what was sent");
    return first_refusal(timeout);
}

/// The server answers in order, so its refusals have arrived before the answer to a flush; but the library
/// hands them over on another thread. All it tells here is that there has been one some time.
base::Status Connection::State::first_refusal(Timeout timeout) {
    const char* text = nullptr;
    const bool refused = natsConnection_GetLastError(client_, &text) == NATS_NOT_PERMITTED;
    std::unique_lock lock(mutex_);
    if (refused) {
        changed_.wait_for(lock, refused_before_ ? further_refusal : timeout,
                          [this] { return !refusals_.empty() || closed_ || inbox_refused_.has_value(); });
    }
    if (refusals_.empty()) return {};
    base::Error first = std::move(refusals_.front());
    refusals_.pop_front();
    return first;
}

bool Connection::State::wait_until_closed(Timeout timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [this] { return closed_; });
}

void Connection::State::close() noexcept {
    natsConnection_Close(client_);
    std::vector<std::weak_ptr<Listener>> listeners;
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return closed_; });
        listeners.swap(listeners_);
    }
    for (const std::weak_ptr<Listener>& entry : listeners) {
        if (const std::shared_ptr<Listener> listener = entry.lock()) listener->stop();
    }
}

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

base::Status Connection::publish(const Message& message) { return send(state_->client(), message); }

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

base::Status Connection::request(const Message& message, RequestLimits limits, const MessageHandler& handler) {
    PendingRequests::Waiting waiting(state_->requests(), message.subject);
    if (const base::Status listening = state_->listen_for_replies(); !listening) return listening;
    Message outgoing = message;
    outgoing.reply = state_->reply_inbox() + "." + waiting.number();
    if (const base::Status sent = publish(outgoing); !sent) return sent;
    return waiting.collect(limits, handler);
}

base::Result<Subscription> Connection::subscribe(const Interest& interest, MessageHandler handler) {
    base::Result<std::shared_ptr<Listener>> listener =
        state_->listen(interest, [handle = std::move(handler)](ClientMessage& message) { handle(received(message)); });
    if (!listener) return listener.error();
    return Subscription(*std::move(listener));
}

base::Status Connection::flush(Timeout timeout) { return state_->flush(timeout); }

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

void Connection::close() noexcept { state_->close(); }

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

std::string Connection::new_inbox() const { return unused_inbox(state_->inbox_prefix()); }

}  // namespace natscreds::bus
