#include "connection_state.h"

#include <algorithm>
#include <utility>

#include <nats/nats.h>

#include "client_error.h"
#include "wire_message.h"

namespace natscreds::bus {
namespace {

/// How many refusals are kept for the next flush(); who never flushes loses the oldest.
constexpr std::size_t most_refusals = 64;

/// How long flush() waits for word of a further refusal, once there has been one on this connection.
constexpr Timeout further_refusal{100};

}  // namespace

/// The library always makes its own prefix, which is cut off here.
std::string unused_inbox(const std::string& prefix) {
    natsInbox* made = nullptr;
    if (natsInbox_Create(&made) != NATS_OK) return prefix;
    const std::string text = made;
    natsInbox_Destroy(made);
    return prefix + text.substr(text.rfind('.'));
}

Connection::State::State(ConnectionOptions&& options, ConnectionEvents&& events)
    : events_(std::move(events)),
      inbox_prefix_(options.inbox_prefix.empty() ? private_inbox_prefix(options) : options.inbox_prefix),
      reply_inbox_(unused_inbox(inbox_prefix_)) {
    identity_.credentials = std::move(options.credentials);
    identity_.nkey = std::move(options.nkey);
}

Connection::State::~State() {
    natsConnection_Destroy(client_);
}

void Connection::State::set_callbacks(ClientOptions& options) {
    const auto on_error = [](ClientConnection*, ClientSubscription* subscription, natsStatus status,
                             void* state) noexcept {
        static_cast<State*>(state)->on_error(subscription, status);
    };
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
    natsStatus status = NATS_OK;
    do {
        identity_.unsendable_signature = false;
        status = natsConnection_Connect(&client_, client->get());
    } while (status != NATS_OK && identity_.unsendable_signature);
    if (status == NATS_OK) return {};
    held_by_client_.reset();
    return connect_error(status, server_list(options));
}

void Connection::State::on_disconnected(ClientConnection* client, void* state) noexcept {
    // Ending it ourselves is no loss.
    if (natsConnection_IsClosed(client) || natsConnection_IsDraining(client)) return;
    const State& self = *static_cast<State*>(state);
    if (self.events_.disconnected) self.events_.disconnected();
}

void Connection::State::on_reconnected(ClientConnection*, void* state) noexcept {
    State& self = *static_cast<State*>(state);
    {
        // The new server, or newer credentials, may allow what was refused.
        const std::lock_guard lock(self.mutex_);
        self.inbox_refused_.reset();
    }
    if (self.events_.reconnected) self.events_.reconnected();
}

void Connection::State::on_closed(ClientConnection*, void* state) noexcept {
    State& self = *static_cast<State*>(state);
    self.requests_.end_all({Errc::closed, "waiting for a reply"});
    if (self.events_.closed) self.events_.closed();
    std::shared_ptr<State> last;
    const std::lock_guard lock(self.mutex_);
    last = std::move(self.held_by_client_);
    self.closed_ = true;
    self.changed_.notify_all();
}

void Connection::State::on_error(ClientSubscription* subscription, int status) {
    const std::string said = last_client_text();
    if (const std::optional<Violation> violation = parse_violation(said)) {
        refused(*violation, {Errc::permission_denied, said});
        return;
    }
    const char* const subject = subscription != nullptr ? natsSubscription_GetSubject(subscription) : nullptr;
    report(client_error(status, subject != nullptr ? subject : said));
}

void Connection::State::refused(const Violation& violation, const base::Error& error) {
    const bool listening = violation.action == Violation::Action::subscribe;
    const bool inbox = listening && violation.concerns(reply_inbox_ + ".*");
    const bool awaited = !listening && requests_.refuse(violation, error);
    {
        const std::lock_guard lock(mutex_);
        refused_before_ = true;
        if (inbox) inbox_refused_ = error;
        if (!inbox && !awaited) refusals_.push_back(error);
        if (refusals_.size() > most_refusals) refusals_.pop_front();
        changed_.notify_all();
    }
    // Only now: a request that starts after this must already see that the inbox was refused.
    if (inbox) requests_.end_all(error);
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

base::Result<std::shared_ptr<Listener>> Connection::State::listen(const Interest& interest,
                                                                  Listener::Handler handler) {
    base::Result<std::shared_ptr<Listener>> listener =
        Listener::start(*client_, interest, std::move(handler));
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

}  // namespace natscreds::bus
