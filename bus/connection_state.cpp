#include "connection_state.h"

#include <algorithm>
#include <utility>

#include <natscreds/base/host_lookup.h>
#include <natscreds/base/thread_name.h>
#include <natscreds/bus/backoff.h>
#include <natscreds/jwt/subject.h>

namespace natscreds::bus {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t no_link = UINT64_MAX;

/// What is left of a time that several steps share.
class Allowance {
  public:
    explicit Allowance(Timeout all) : end_(Clock::now() + all) {}
    [[nodiscard]] Timeout left() const {
        const auto left = std::chrono::duration_cast<Timeout>(end_ - Clock::now());
        return std::max(left, Timeout(1));
    }

  private:
    Clock::time_point end_;
};

base::Error closed(const char* doing) {
    return {Errc::closed, doing};
}

base::Status check(const SubscriptionOptions& interest) {
    if (!jwt::valid_subject(interest.subject)) return base::Error{Errc::bad_subject, interest.subject};
    const bool alone = interest.workers == 1;
    if (alone || (interest.workers > 1 && !interest.queue.empty())) return {};
    return base::Error{Errc::bad_option,
                       interest.subject + ": several workers share the messages of a queue group only"};
}

/// Before the client library looks for them, which waits for as long as name servers let it: where none of the servers
/// has an address in time, nothing is tried.
base::Status find_hosts(const ConnectionOptions& options) {
    base::Status last;
    for (const std::string& server : options.servers) {
        const auto found = base::look_up_host(base::host_in(server), options.timeout);
        if (found || found.error().code != base::HostErrc::no_answer) return {};
        last = base::Error{Errc::cannot_connect, found.error().message()};
    }
    return last;
}

}  // namespace

bool TimedLock::try_lock_until(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    if (!unlocked_.wait_until(lock, deadline, [this] { return !locked_; })) return false;
    locked_ = true;
    return true;
}

void TimedLock::unlock() {
    const std::lock_guard lock(mutex_);
    locked_ = false;
    unlocked_.notify_one();
}

Connection::State::State(ConnectionOptions&& options, ConnectionEvents&& events)
    : events_(std::move(events)),
      inbox_prefix_(options.inbox_prefix.empty() ? private_inbox_prefix(options) : options.inbox_prefix),
      identity_(std::make_shared<LoginIdentity>(options)),
      options_(std::move(options)) {}

Connection::State::~State() {
    close();
}

std::shared_ptr<Link> Connection::State::link() const {
    const std::lock_guard lock(mutex_);
    return link_;
}

// ---- links

base::Status Connection::State::connect() {
    const std::lock_guard changing(changing_);
    base::Result<std::shared_ptr<Link>> opened = open_link();
    if (!opened) return opened.error();
    {
        const std::lock_guard lock(mutex_);
        link_ = *std::move(opened);
        current_ = opened_;
        lost_ = link_->closed();
    }
    keeper_ = std::jthread([this](const std::stop_token& stop) { keep(stop); });
    return {};
}

base::Result<std::shared_ptr<Link>> Connection::State::open_link(const std::string& first_server) {
    if (const base::Status found = find_hosts(options_); !found) return found.error();
    base::Result<std::shared_ptr<Link>> opened =
        Link::open({.options = options_,
                    .identity = identity_,
                    .link = {.inbox_prefix = inbox_prefix_, .first_server = first_server},
                    .events = events_of(++opened_)});
    if (!opened) return opened;
    const std::lock_guard lock(mutex_);
    links_.add(*opened);
    return opened;
}

/// Make before break: nothing is taken from the old link before the server has all of the new one. It is the same
/// server, if that can be: to another one, of another region, messages only find their way by and by.
base::Status Connection::State::replace_link() {
    const std::shared_ptr<Link> old = link();
    const base::Result<std::string> server = old->url();
    base::Result<std::shared_ptr<Link>> opened = open_link(server ? *server : std::string());
    if (!opened) return opened.error();
    const std::shared_ptr<Link> next = *std::move(opened);
    const base::Result<Feeds> feeds = hand_over_to(next);
    if (!feeds) return feeds.error();
    if (next->connected()) back_again();
    retire(*old, *feeds);
    if (next->sync(options_.timeout)) {
        for (const std::shared_ptr<Feed>& feed : *feeds)
            feed->overlap_is_over();
    }
    return {};
}

/// The next link is the newest when its server has confirmed all subscriptions there are, or when there is no old one
/// left to keep. Otherwise all is as before. So it is when the connection is ended meanwhile.
base::Result<Connection::State::Feeds> Connection::State::hand_over_to(const std::shared_ptr<Link>& next) {
    const std::shared_ptr<Link> old = link();
    Feeds feeds;
    std::size_t confirmed_ones = 0;
    while (true) {
        {
            const std::lock_guard lock(mutex_);
            attach_missing(*next, feeds);
            confirmed_ones = feeds.size();
        }
        const base::Status confirmed = next->sync(options_.timeout);
        std::unique_lock lock(mutex_);
        if (ended_ || (!confirmed && !old->closed())) {
            lock.unlock();
            give_up(*next, feeds);
            return confirmed ? closed("making another connection") : confirmed.error();
        }
        attach_missing(*next, feeds);
        if (confirmed && feeds.size() > confirmed_ones) continue;
        link_ = next;
        current_ = opened_;
        lost_ = next->closed();
        return feeds;
    }
}

/// It fails when this link, too, has been ended by the server: then there will be another one.
void Connection::State::attach_missing(Link& next, Feeds& attached) {
    for (const std::shared_ptr<Feed>& feed : feeds_.living()) {
        if (std::ranges::find(attached, feed) != attached.end()) continue;
        (void)feed->attach(next);
        attached.push_back(feed);
    }
}

void Connection::State::give_up(Link& next, const Feeds& attached) {
    for (const std::shared_ptr<Feed>& feed : attached)
        feed->give_up(next);
    (void)next.drain(options_.timeout);
}

void Connection::State::retire(Link& old, const Feeds& feeds) {
    const Allowance allowance(switch_limit);
    for (const std::shared_ptr<Feed>& feed : feeds)
        feed->drain_older(switch_limit);
    for (const std::shared_ptr<Feed>& feed : feeds)
        (void)feed->wait_for_older(allowance.left());
    (void)old.wait_until_idle(allowance.left());
    (void)old.drain(allowance.left());
}

base::Status Connection::State::switch_to(jwt::Credentials credentials) {
    if (identity_->credentials() == nullptr)
        return base::Error{Errc::bad_option, "this connection was not made with credentials"};
    const std::lock_guard changing(changing_);
    identity_->replace(std::move(credentials));
    bool reconnecting = false;
    {
        const std::lock_guard lock(mutex_);
        if (ended_) return closed("switching to other credentials");
        reconnecting = !lost_ && !link_->connected();
    }
    // The client library is about to make it again, with these, and keeps what waits to be sent.
    if (reconnecting) return {};
    return replace_link();
}

// ---- subscriptions

base::Result<std::vector<std::shared_ptr<Feed>>> Connection::State::subscribe(
    const SubscriptionOptions& interest, MessageHandler handler) {
    if (const base::Status sound = check(interest); !sound) return sound.error();
    const auto shared_handler = std::make_shared<const MessageHandler>(std::move(handler));
    Feeds feeds;
    const std::lock_guard lock(mutex_);
    if (ended_ && !link_->closed()) return base::Error{Errc::draining, "subscribing to " + interest.subject};
    for (std::size_t i = 0; i < interest.workers; ++i) {
        feeds.push_back(std::make_shared<Feed>(interest, shared_handler));
        const base::Status attached = feeds.back()->attach(*link_);
        // The next link will have it.
        const bool later = !attached && attached.error().code == Errc::disconnected;
        if (!attached && !later) return attached.error();
    }
    for (const std::shared_ptr<Feed>& feed : feeds)
        feeds_.add(feed);
    return feeds;
}

// ---- the keeper: past what the client library gives up at

void Connection::State::keep(const std::stop_token& stop) {
    base::name_thread("reconnect");
    unsigned failures = 0;
    while (wait_until_lost(stop)) {
        wait_before_attempt(stop, failures);
        const std::lock_guard changing(changing_);
        {
            const std::lock_guard lock(mutex_);
            if (!lost_ || ended_) continue;
        }
        const base::Status again = replace_link();
        failures = again ? 0 : failures + 1;
        if (!again && events_.error) {
            tell([&] { events_.error(again.error()); });
        }
    }
}

bool Connection::State::wait_until_lost(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    (void)changed_.wait(lock, stop, [this] { return lost_ || ended_; });
    return !ended_ && !stop.stop_requested();
}

void Connection::State::wait_before_attempt(const std::stop_token& stop, unsigned failures) {
    std::unique_lock lock(mutex_);
    const std::shared_ptr<Link> link = link_;
    (void)changed_.wait_for(lock, stop, reconnect_backoff.delay(failures, link->jitter()),
                            [this] { return !lost_ || ended_; });
}

// ---- events

ConnectionEvents Connection::State::events_of(std::uint64_t number) {
    return {.disconnected = [this, number] { on_disconnected(number); },
            .reconnected = [this, number] { on_reconnected(number); },
            .closed = [this, number] { on_lost(number); },
            .error = [this, number](const base::Error& error) { on_error(number, error); }};
}

bool Connection::State::is_current(std::uint64_t number) const {
    const std::lock_guard lock(mutex_);
    return number == current_;
}

void Connection::State::tell(const std::function<void()>& handler) {
    const std::lock_guard lock(telling_);
    if (handler) handler();
}

void Connection::State::on_disconnected(std::uint64_t number) {
    {
        const std::lock_guard lock(mutex_);
        if (number != current_ || std::exchange(away_, true)) return;
    }
    tell(events_.disconnected);
}

void Connection::State::on_reconnected(std::uint64_t number) {
    if (is_current(number)) back_again();
}

void Connection::State::back_again() {
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(away_, false)) return;
    }
    tell(events_.reconnected);
}

void Connection::State::on_lost(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    if (number != current_ || ended_) return;
    lost_ = true;
    changed_.notify_all();
}

void Connection::State::on_error(std::uint64_t number, const base::Error& error) {
    {
        // What the next link is refused while it takes over is told as well.
        const std::lock_guard lock(mutex_);
        if (number < current_ || !events_.error) return;
    }
    tell([&] { events_.error(error); });
}

// ---- ending

/// Whether it had not been ended before.
bool Connection::State::end() noexcept {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    return !std::exchange(ended_, true);
}

/// Nothing is told behind it, although a link may still be ending.
void Connection::State::tell_end() {
    {
        const std::lock_guard lock(mutex_);
        current_ = no_link;
    }
    tell(events_.closed);
}

/// What makes or retires a link meanwhile cannot be hurried: it finds that the connection has ended.
base::Status Connection::State::drain(Timeout timeout) {
    const auto deadline = Clock::now() + timeout;
    if (!end()) return closed("draining the connection");
    const base::Status drained = link()->drain(timeout);
    const bool alone = changing_.try_lock_until(deadline);
    if (alone) changing_.unlock();
    tell_end();
    if (!drained || alone) return drained;
    return base::Error{Errc::timeout, "draining the connection, of which another is being made"};
}

/// The last, and those that were retired or given up and have not come to their end. Behind its end a link tells nothing.
void Connection::State::close_links() noexcept {
    std::vector<std::shared_ptr<Link>> living;
    {
        const std::lock_guard lock(mutex_);
        living = links_.living();
    }
    for (const std::shared_ptr<Link>& link : living)
        link->close();
}

void Connection::State::close() noexcept {
    const bool ended_now = end();
    Feeds feeds;
    {
        const std::lock_guard lock(mutex_);
        if (link_ == nullptr) return;
        feeds = feeds_.living();
    }
    for (const std::shared_ptr<Feed>& feed : feeds)
        feed->stop();
    close_links();
    const std::lock_guard changing(changing_);
    // One that was made meanwhile.
    close_links();
    if (ended_now) tell_end();
}

}  // namespace natscreds::bus
