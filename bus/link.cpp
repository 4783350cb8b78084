#include "link.h"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include <natscreds/base/joined.h>
#include <natscreds/base/thread_name.h>

#include "client_error.h"
#include "random_token.h"
#include "wire_message.h"

namespace natscreds::bus {
namespace {

/// How many refusals are kept for the next flush(); who never flushes loses the oldest.
constexpr std::size_t max_refusals = 64;

/// How often connecting is tried where a signature could not be sent: one in 256 cannot.
constexpr int max_attempts = 8;

/// How long flush() waits for word of a further refusal, once there has been one on this link.
constexpr Timeout further_refusal{100};

/// A number between 0 and 1 that is another for each connection, for its inbox is random.
double jitter_of(const std::string& inbox) {
    constexpr std::size_t steps = 1000;
    return static_cast<double>(std::hash<std::string>()(inbox) % steps) / steps;
}

/// " (may publish: a.>, b)", as the credentials say. Where their key has a scope they say nothing: the account does.
std::string allowed_instead(const jwt::UserClaims& claims, Violation::Action action) {
    constexpr std::size_t max_shown = 8;
    const bool publishes = action == Violation::Action::publish;
    const jwt::Permission& lists = publishes ? claims.pub : claims.sub;
    const auto& entries = lists.allow.empty() ? lists.deny : lists.allow;
    if (entries.empty() || !claims.has_own_permissions()) return {};
    const std::size_t shown = std::min(max_shown, entries.size());
    std::string text = std::string(lists.allow.empty() ? " (may not " : " (may ") +
                       (publishes ? "publish: " : "subscribe: ") +
                       base::joined(std::span(entries).first(shown), ", ");
    if (shown < entries.size()) text += " and " + std::to_string(entries.size() - shown) + " more";
    text += ')';
    return text;
}

}  // namespace

/// Not the library's own, which counts up from the last one.
std::string unused_inbox(const std::string& prefix) {
    base::SystemRandom random;
    return prefix + "." + random_token(random);
}

// ---- beginning and ending

base::Result<std::shared_ptr<Link>> Link::open(const LinkSetup& setup) {
    for (int attempt = 1;; ++attempt) {
        const std::shared_ptr<Link> link(new Link(setup));
        const base::Status connected = link->connect(setup, link);
        // The client library took the next server, or found none: the server before it sends another nonce next time.
        const bool skipped = link->login_.unsendable_signature && attempt < max_attempts;
        if (!connected && !skipped) return connected.error();
        if (!skipped) return link;
        if (connected) link->close();
    }
}

Link::Link(const LinkSetup& setup)
    : library_(setup.library),
      events_(setup.events),
      inbox_prefix_(setup.link.inbox_prefix),
      reply_inbox_(unused_inbox(inbox_prefix_)) {
    login_.identity = setup.identity;
    login_.jitter = jitter_of(reply_inbox_);
}

Link::~Link() {
    if (draining_.joinable()) draining_.join();
    library_.destroy(client_);
}

base::Status Link::connect(const LinkSetup& setup, std::shared_ptr<Link> self) {
    const base::Result<OptionsHandle> client = client_options(setup.options, setup.link, login_);
    if (!client) return client.error();
    held_by_client_ = std::move(self);
    const int status = library_.connect(client_, **client, *this);
    if (status == 0) return {};
    held_by_client_.reset();
    return connect_error(status, setup.options);
}

base::Result<std::string> Link::url() const {
    base::Result<std::string> url = library_.url(*client_);
    if (url && url->empty()) return base::Error{Errc::disconnected, ""};
    return url;
}

/// On a thread of its own, for every call of the library waits while an attempt to connect is under way.
base::Status Link::drain(Timeout timeout) {
    const Deadline deadline = std::chrono::steady_clock::now() + timeout;
    ending_ = true;
    std::unique_lock lock(mutex_);
    if (!draining_.joinable()) draining_ = std::jthread([this, deadline] { drain_before(deadline); });
    if (changed_.wait_until(lock, deadline, [this] { return drained_.has_value(); })) return *drained_;
    return base::Error{away_ ? Errc::disconnected : Errc::timeout, "draining the connection"};
}

/// Not by the library's own way to drain a connection: when that is not in time, it tells of it after its last call,
/// to a link that is no more.
void Link::drain_before(Deadline deadline) {
    base::name_thread("drain");
    const bool there = connected();
    const bool handled = there && drain_listeners(deadline);
    const auto left = std::chrono::ceil<Timeout>(deadline - std::chrono::steady_clock::now());
    const bool sent = handled && sync(std::max(left, Timeout(1))).has_value();
    library_.close(*client_);
    std::unique_lock lock(mutex_);
    const bool told = changed_.wait_until(lock, deadline, [this] { return told_; });
    lock.unlock();
    const bool ended = told && listeners_ended(deadline);
    lock.lock();
    drained_ = sent && ended
                   ? base::Status()
                   : base::Error{there ? Errc::timeout : Errc::disconnected, "draining the connection"};
    changed_.notify_all();
}

bool Link::drain_listeners(Deadline deadline) {
    // To the library, none left is no limit.
    const auto left = std::chrono::ceil<Timeout>(deadline - std::chrono::steady_clock::now());
    for (const std::shared_ptr<Listener>& listener : listeners())
        listener->drain(std::max(left, Timeout(1)));
    return listeners_ended(deadline);
}

bool Link::listeners_ended(Deadline deadline) {
    return std::ranges::all_of(listeners(),
                               [&](const auto& listener) { return listener->wait_until_ended(deadline); });
}

std::vector<std::shared_ptr<Listener>> Link::listeners() {
    const std::lock_guard lock(mutex_);
    return listeners_.living();
}

void Link::close() noexcept {
    ending_ = true;
    library_.close(*client_);
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return told_; });
    }
    for (const std::shared_ptr<Listener>& listener : listeners())
        listener->wait_until_ended();
}

bool Link::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

bool Link::connected() const {
    return library_.connected(*client_);
}

// ---- what the client library calls

void Link::on_disconnected() noexcept {
    // Ending it ourselves is no loss.
    if (ending_) return;
    away_ = true;
    ++losses_;
    if (events_.disconnected) events_.disconnected();
}

void Link::on_reconnected() noexcept {
    away_ = false;
    {
        // The new server, or newer credentials, may allow what was refused.
        const std::lock_guard lock(mutex_);
        inbox_refused_.reset();
    }
    if (!ending_ && events_.reconnected) events_.reconnected();
}

void Link::on_closed() noexcept {
    requests_.end_all({ending_ ? Errc::closed : Errc::disconnected, "waiting for a reply"});
    std::shared_ptr<Link> last;
    {
        const std::lock_guard lock(mutex_);
        last = std::move(held_by_client_);
        closed_ = true;
    }
    if (events_.closed) events_.closed();
    const std::lock_guard lock(mutex_);
    told_ = true;
    changed_.notify_all();
}

void Link::on_error(int status, const std::string& said, const std::string& subject) noexcept {
    if (const std::optional<Violation> violation = parse_violation(said)) {
        const auto credentials = login_.identity->credentials();
        const std::string instead =
            credentials ? allowed_instead(credentials->user().claims(), violation->action) : "";
        refused(*violation, {Errc::permission_denied, said + instead});
        return;
    }
    report(client_error(status, subject.empty() ? said : subject));
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
        if (refusals_.size() > max_refusals) refusals_.pop_front();
        changed_.notify_all();
    }
    // Only now: a request that starts after this must already see that the inbox was refused.
    if (inbox) requests_.end_all(error);
    if (!inbox && !awaited) report(error);
}

/// Behind its end nothing is told.
void Link::report(const base::Error& error) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_) return;
    }
    if (events_.error) events_.error(error);
}

// ---- sending and listening

/// That the server ended a link is no reason why the next one should not do what this one did not.
base::Error Link::as_link_error(base::Error error) const {
    if (error.code == Errc::closed && !ending_) error.code = Errc::disconnected;
    return error;
}

base::Status Link::publish(const Message& message) {
    const base::Status sent = library_.publish(*client_, message);
    if (!sent) return as_link_error(sent.error());
    return sent;
}

base::Status Link::publish(const std::string& subject, std::string_view body) {
    const base::Status sent = library_.publish(*client_, subject, body);
    if (!sent) return as_link_error(sent.error());
    return sent;
}

base::Status Link::request(const Message& message, RequestLimits limits, const MessageHandler& handler) {
    PendingRequests::Waiting waiting(requests_, message.subject);
    if (const base::Status listening = listen_for_replies(); !listening) return listening;
    Message outgoing = message;
    outgoing.reply = reply_inbox_ + "." + waiting.token();
    if (const base::Status sent = publish(outgoing); !sent) return sent;
    return waiting.collect(limits, handler);
}

void Link::reply_arrived(ClientMessage& message) {
    const std::string subject = subject_of(message);
    const std::string token = subject.substr(subject.rfind('.') + 1);
    if (says_no_responders(message)) {
        requests_.nobody_listens(token);
    } else {
        requests_.deliver(token, received(message));
    }
}

base::Result<std::shared_ptr<Listener>> Link::listen(const SubscriptionOptions& interest,
                                                     ListenerHandlers handlers) {
    base::Result<std::shared_ptr<Listener>> listener =
        Listener::start({library_, *client_}, interest, std::move(handlers));
    if (!listener) return as_link_error(listener.error());
    const std::lock_guard lock(mutex_);
    listeners_.add(*listener);
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
    const int status = library_.flush(*client_, timeout);
    if (status == 0) return {};
    return as_link_error(client_error(status, "waiting for the server to take in what was sent"));
}

/// The server answers in order, so its refusals have arrived before the answer to a flush; but the library
/// hands them over on another thread. All it tells here is that there has been one some time.
void Link::await_refusals(std::unique_lock<std::mutex>& lock, Timeout timeout,
                          const std::function<bool()>& here) {
    if (!library_.was_refused(*client_)) return;
    const auto enough = [&] { return here() || closed_; };
    // The first that was ever told may be another's: a request's, which takes it for itself.
    if (!refused_before_) changed_.wait_for(lock, timeout, [&] { return enough() || refused_before_; });
    changed_.wait_for(lock, further_refusal, enough);
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
