#include "feed.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "wire_message.h"

namespace natscreds::bus {
namespace {

/// Two messages that are equal in all that their sender chose are taken for one.
std::size_t fingerprint(const Message& message) {
    constexpr char separator = '\n';  // which neither a subject nor a header has
    std::string text = message.subject + separator + message.reply + separator;
    for (const Header& header : message.headers)
        text.append(header.name).append(1, ':').append(header.value).append(1, separator);
    return std::hash<std::string>()(text.append(1, separator).append(message.body));
}

}  // namespace

Feed::Feed(SubscriptionOptions interest, std::shared_ptr<const MessageHandler> handler)
    : interest_(std::move(interest)), handler_(std::move(handler)) {}

Feed::~Feed() {
    stop();
}

base::Status Feed::attach(Link& link) {
    const std::lock_guard lock(mutex_);
    if (stopped_ || draining_) return {};
    const Source* const newest = sources_.empty() ? nullptr : sources_.back().get();
    if (newest != nullptr && newest->doubles_end && newest->handled >= *newest->doubles_end) seen_.clear();
    // The listener may call at once; its source has to have its place in the row by then.
    Source& source = *sources_.emplace_back(std::make_unique<Source>());
    source.link = &link;
    base::Result<std::shared_ptr<Listener>> listener =
        link.listen(interest_, {.message = [this, &source](ClientMessage& raw) { handle(source, raw); },
                                .ended = [this, &source] { ended(source); }});
    if (listener) {
        source.listener = *std::move(listener);
        return {};
    }
    sources_.pop_back();
    return listener.error();
}

void Feed::handle(Source& source, ClientMessage& raw) {
    Message message = received(raw);
    {
        std::unique_lock lock(mutex_);
        turn_.wait(lock, [&] { return stopped_ || is_turn_of(source); });
        if (stopped_ || is_double(source, message)) return;
        message.behind = source.listener->waiting();
    }
    const std::lock_guard alone(handling_);
    (*handler_)(message);
}

bool Feed::is_turn_of(const Source& source) const {
    return source.given_up || sources_.front().get() == &source;
}

/// The members of a queue group never get the same message.
bool Feed::is_double(Source& source, const Message& message) {
    ++source.handled;
    if (!interest_.queue.empty()) return false;
    if (source.given_up) return true;  // it comes over the older link as well
    if (sources_.size() > 1) {
        seen_.add(fingerprint(message));
        return false;
    }
    if (source.doubles_end && source.handled > *source.doubles_end) seen_.clear();
    return !seen_.empty() && seen_.take(fingerprint(message));
}

void Feed::ended(Source& source) {
    const std::lock_guard lock(mutex_);
    source.ended = true;
    if (source.given_up) seen_.clear();
    std::erase_if(sources_, [](const std::unique_ptr<Source>& one) { return one->ended; });
    turn_.notify_all();
}

std::vector<std::shared_ptr<Listener>> Feed::listeners() const {
    std::vector<std::shared_ptr<Listener>> all;
    for (const std::unique_ptr<Source>& source : sources_)
        all.push_back(source->listener);
    return all;
}

void Feed::drain_older(Timeout limit) {
    std::vector<std::shared_ptr<Listener>> older;
    {
        const std::lock_guard lock(mutex_);
        older = listeners();
    }
    if (!older.empty()) older.pop_back();
    for (const std::shared_ptr<Listener>& listener : older)
        listener->drain(limit);
}

bool Feed::wait_for_older(Timeout timeout) {
    std::unique_lock lock(mutex_);
    return turn_.wait_for(lock, timeout, [this] { return stopped_ || sources_.size() <= 1; });
}

void Feed::give_up(const Link& newer) {
    const std::lock_guard lock(mutex_);
    for (const std::unique_ptr<Source>& source : sources_)
        source->given_up = source->given_up || source->link == &newer;
    turn_.notify_all();
}

void Feed::overlap_is_over() {
    const std::lock_guard lock(mutex_);
    if (!sources_.empty()) sources_.back()->doubles_end = sources_.back()->listener->arrived();
}

void Feed::drain(Timeout limit) noexcept {
    std::vector<std::shared_ptr<Listener>> all;
    {
        const std::lock_guard lock(mutex_);
        draining_ = true;
        all = listeners();
    }
    for (const std::shared_ptr<Listener>& listener : all)
        listener->drain(limit);
}

bool Feed::wait_until_drained(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return turn_.wait_until(lock, deadline, [this] { return sources_.empty(); });
}

void Feed::stop() noexcept {
    std::vector<std::shared_ptr<Listener>> all;
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        all = listeners();
        turn_.notify_all();
    }
    for (const std::shared_ptr<Listener>& listener : all)
        listener->stop();
}

}  // namespace natscreds::bus
