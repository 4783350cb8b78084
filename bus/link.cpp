#include "link.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <nats/nats.h>

#include "client_error.h"
#include "wire_message.h"

namespace natscreds::bus {
namespace {

/// How many refusals are kept for the next flush(); who never flushes loses the oldest.
constexpr std::size_t most_refusals = 64;

/// How long flush() waits for word of a further refusal, once there has been one on this link.
constexpr Timeout further_refusal{100};

/// A number between 0 and 1 that is another for each connection: the library's inboxes are random.
double scatter_of(const std::string& inbox) {
    constexpr std::size_t steps = 1000;
    return static_cast<double>(std::hash<std::string>()(inbox) % steps) / steps;
}

}  // namespace

/// The library always makes its own prefix, which is cut off here.
std::string unused_inbox(const std::string& prefix) {
    natsInbox* made = nullptr;
    if (natsInbox_Create(&made) != NATS_OK) return prefix;
    const std::string text = made;
    natsInbox_Destroy(made);
    return prefix + text.substr(text.rfind('.'));
}

// ---- beginning and ending

base::Result<std::shared_ptr<Link>> Link::open(const LinkSetup& setup) {
    const std::shared_ptr<Link> link(new Link(setup));
    if (const base::Status connected = link->connect(setup, link); !connected) return connected.error();
    return link;
}

Link::Link(const LinkSetup& setup)
    : events_(setup.events),
      inbox_prefix_(setup.link.inbox_prefix),
      reply_inbox_(unused_inbox(inbox_prefix_)) {
    login_.identity = setup.identity;
    login_.scatter = scatter_of(reply_inbox_);
}

Link::~Link() {
    natsConnection_Destroy(client_);
}

base::Status Link::connect(const LinkSetup& setup, std::shared_ptr<Link> self) {
    const base::Result<OptionsHandle> client = client_options(setup.options, setup.link, login_);
    if (!client) return client.error();
    set_callbacks(**client);
    held_by_client_ = std::move(self);
    natsStatus status = NATS_OK;
    do {
        login_.unsendable_signature = false;
        status = natsConnection_Connect(&client_, client->get());
    } while (status != NATS_OK && login_.unsendable_signature);
    if (status == NATS_OK) return {};
    held_by_client_.reset();
    return connect_error(status, setup.options);
}

base::Result<std::string> Link::url() const {
    std::array<char, 1024> url{};
    const natsStatus status = natsConnection_GetConnectedUrl(client_, url.data(), url.size());
    if (status != NATS_OK) return client_error(status, "asking for the server's URL");
    if (url[0] == '\0') return base::Error{Errc::disconnected, ""};
    return std::string(url.data());
}

base::Status Link::drain(Timeout timeout) {
    if (!connected()) {
        close();
        return base::Error{Errc::disconnected, "draining the connection"};
    }
    ending_ = true;
    const natsStatus status = natsConnection_DrainTimeout(client_, timeout.count());
    const bool in_time = status == NATS_OK && wait_until_closed(timeout);
    close();
    if (status != NATS_OK) return client_error(status, "draining the connection");
    if (!in_time) return base::Error{Errc::timeout, "draining the connection"};
    return {};
}

bool Link::wait_until_closed(Timeout timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [this] { return closed_; });
}

void Link::close() noexcept {
    ending_ = true;
    natsConnection_Close(client_);
    std::vector<std::weak_ptr<Listener>> listeners;
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return told_; });
        listeners.swap(listeners_);
    }
    for (const std::weak_ptr<Listener>& entry : listeners) {
        if (const std::shared_ptr<Listener> listener = entry.lock()) listener->wait_until_ended();
    }
}

bool Link::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

bool Link::connected() const {
    return natsConnection_Status(client_) == NATS_CONN_STATUS_CONNECTED;
}

// ---- what the client library calls

void Link::set_callbacks(ClientOptions& options) {
    const auto error_handler = [](ClientConnection*, ClientSubscription* subscription, natsStatus status,
                                  void* link) noexcept {
        static_cast<Link*>(link)->on_error(subscription, status);
    };
    // These fail only for want of an options object.
    (void)natsOptions_SetDisconnectedCB(&options, on_disconnected, this);
    (void)natsOptions_SetReconnectedCB(&options, on_reconnected, this);
    (void)natsOptions_SetClosedCB(&options, on_closed, this);
    (void)natsOptions_SetErrorHandler(&options, error_handler, this);
}

void Link::on_disconnected(ClientConnection*, void* link) noexcept {
    Link& self = *static_cast<Link*>(link);
    // Ending it ourselves is no loss.
    if (self.ending_) return;
    ++self.losses_;
    if (self.events_.disconnected) self.events_.disconnected();
}

void Link::on_reconnected(ClientConnection*, void* link) noexcept {
    Link& self = *static_cast<Link*>(link);
    {
        // The new server, or newer credentials, may allow what was refused.
        const std::lock_guard lock(self.mutex_);
        self.inbox_refused_.reset();
    }
    if (self.events_.reconnected) self.events_.reconnected();
}

void Link::on_closed(ClientConnection*, void* link) noexcept {
    Link& self = *static_cast<Link*>(link);
    self.requests_.end_all({self.ending_ ? Errc::closed : Errc::disconnected, "waiting for a reply"});
    std::shared_ptr<Link> last;
    {
        const std::lock_guard lock(self.mutex_);
        last = std::move(self.held_by_client_);
        self.closed_ = true;
    }
    if (self.events_.closed) self.events_.closed();
    const std::lock_guard lock(self.mutex_);
    self.told_ = true;
    self.changed_.notify_all();
}

void Link::on_error(ClientSubscription* subscription, int status) {
    const std::string said = last_client_text();
    if (const std::optional<Violation> violation = parse_violation(said)) {
        refused(*violation, {Errc::permission_denied, said});
        return;
    }
    // The library keeps no reference for us: of a subscription that a drain gives up nothing may be left.
    const bool is_there = subscription != nullptr && status == NATS_SLOW_CONSUMER;
    const char* const subject = is_there ? natsSubscription_GetSubject(subscription) : nullptr;
    report(client_error(status, subject != nullptr ? subject : said));
}

void Link::refused(const Violation& violation, const base::Error& error) {
    const bool listening = violation.action == Violation::Action::subscribe;
    const bool inbox = listening && violation.concerns(reply_inbox_ + ".*");
    const bool awaited = !listening && requests_.refuse(violation, error);
    {
        const std::lock_guard lock(mutex_);
        refused_before_ = true;
        if (inbox) inbox_refused_ = error;
        if (!inbox && !awaited) refusals_.push_back({violation, error});
        if (refusals_.size() > most_refusals) refusals_.pop_front();
        changed_.notify_all();
    }
    // Only now: a request that starts after this must already see that the inbox was refused.
    if (inbox) requests_.end_all(error);
    if (!inbox && !awaited) report(error);
}

void Link::report(const base::Error& error) const {
    if (events_.error) events_.error(error);
}

// ---- sending and listening

/// That the server ended a link is no reason why the next one should not do what this one did not.
base::Error Link::as_link_error(base::Error error) const {
    if (error.code == Errc::closed && !ending_) error.code = Errc::disconnected;
    return error;
}

base::Status Link::publish(const Message& message) {
    const base::Status sent = send(*client_, message);
    if (!sent) return as_link_error(sent.error());
    return sent;
}

base::Status Link::publish(const std::string& subject, std::string_view body) {
    const base::Status sent = send(*client_, subject, body);
    if (!sent) return as_link_error(sent.error());
    return sent;
}

base::Status Link::request(const Message& message, RequestLimits limits, const MessageHandler& handler) {
    PendingRequests::Waiting waiting(requests_, message.subject);
    if (const base::Status listening = listen_for_replies(); !listening) return listening;
    Message outgoing = message;
    outgoing.reply = reply_inbox_ + "." + waiting.number();
    if (const base::Status sent = publish(outgoing); !sent) return sent;
    return waiting.collect(limits, handler);
}

void Link::reply_arrived(ClientMessage& message) {
    const std::string subject = natsMsg_GetSubject(&message);
    const std::string number = subject.substr(subject.rfind('.') + 1);
    if (says_no_responders(message)) {
        requests_.nobody_listens(number);
    } else {
        requests_.deliver(number, received(message));
    }
}

base::Result<std::shared_ptr<Listener>> Link::listen(const Interest& interest, ListenerHandlers handlers) {
    base::Result<std::shared_ptr<Listener>> listener =
        Listener::start(*client_, interest, std::move(handlers));
    if (!listener) return as_link_error(listener.error());
    const std::lock_guard lock(mutex_);
    std::erase_if(listeners_, [](const std::weak_ptr<Listener>& entry) { return entry.expired(); });
    listeners_.push_back(*listener);
    return listener;
}

base::Status Link::listen_for_replies() {
    {
        const std::lock_guard lock(mutex_);
        if (inbox_refused_) return *inbox_refused_;
        if (reply_listener_ != nullptr) return {};
    }
    base::Result<std::shared_ptr<Listener>> listener =
        listen({reply_inbox_ + ".*", ""},
               {.message = [this](ClientMessage& message) { reply_arrived(message); }, .ended = {}});
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

// ---- what the server thinks of it

base::Status Link::sync(Timeout timeout) {
    const natsStatus status = natsConnection_FlushTimeout(client_, timeout.count());
    if (status == NATS_OK) return {};
    return as_link_error(client_error(status, "waiting for the server to take in what was sent"));
}

/// The server answers in order, so its refusals have arrived before the answer to a flush; but the library
/// hands them over on another thread. All it tells here is that there has been one some time.
void Link::await_refusals(std::unique_lock<std::mutex>& lock, Timeout timeout,
                          const std::function<bool()>& here) {
    const char* text = nullptr;
    if (natsConnection_GetLastError(client_, &text) != NATS_NOT_PERMITTED) return;
    changed_.wait_for(lock, refused_before_ ? further_refusal : timeout, [&] { return here() || closed_; });
}

base::Status Link::flush(Timeout timeout) {
    if (const base::Status taken_in = sync(timeout); !taken_in) return taken_in;
    std::unique_lock lock(mutex_);
    await_refusals(lock, timeout, [this] { return !refusals_.empty() || inbox_refused_.has_value(); });
    if (refusals_.empty()) return {};
    base::Error first = std::move(refusals_.front().error);
    refusals_.pop_front();
    return first;
}

base::Status Link::confirm(const std::string& subject, Timeout timeout) {
    if (const base::Status taken_in = sync(timeout); !taken_in) return taken_in;
    std::unique_lock lock(mutex_);
    const auto of_subject = [&subject](const Refusal& refusal) {
        return refusal.violation.action == Violation::Action::subscribe &&
               refusal.violation.concerns(subject);
    };
    // Those of other subjects, which nobody has asked about yet, are no answer.
    await_refusals(lock, timeout, [&] { return std::ranges::any_of(refusals_, of_subject); });
    const auto found = std::ranges::find_if(refusals_, of_subject);
    if (found == refusals_.end()) return {};
    base::Error refused = std::move(found->error);
    std::erase_if(refusals_, of_subject);
    return refused;
}

}  // namespace natscreds::bus
