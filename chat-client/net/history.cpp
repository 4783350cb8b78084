#include "history.h"

#include <chrono>
#include <utility>

#include <natscreds/base/base64url.h>
#include <natscreds/base/bytes.h>
#include <natscreds/base/pause.h>
#include <natscreds/base/thread_name.h>
#include <natscreds/bus/errc.h>
#include <natscreds/chat-client/model/text.h>
#include <natscreds/chat-client/net/outbox.h>

namespace natscreds::chat {
namespace {

using namespace std::chrono_literals;

constexpr auto history_timeout = 5000ms;
constexpr auto history_retry = 500ms;
constexpr std::size_t searched_at_once = 500;
constexpr unsigned max_timeouts = 2;

/// Whether a message can have these words, without its signature: only what can is looked at closely.
bool may_contain(std::string_view token, const std::string& words) {
    // Written otherwise in JSON.
    if (words.find_first_of("\"\\\n") != std::string::npos) return true;
    const std::size_t first = token.find('.');
    const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos) return false;
    const auto payload = base::base64url_decode(token.substr(first + 1, second - first - 1));
    return payload && contains_words(base::as_text(*payload), words);
}

}  // namespace

History::History(Parts parts)
    : parts_(std::move(parts)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

void History::fetch(FetchHistory wanted) {
    const std::lock_guard lock(mutex_);
    wanted_.push_back(std::move(wanted));
    changed_.notify_all();
}

void History::search(SearchHistory wanted) {
    const std::lock_guard lock(mutex_);
    search_ = Search{.wanted = std::move(wanted), .number = ++searches_};
    changed_.notify_all();
}

void History::end_search() {
    const std::lock_guard lock(mutex_);
    ++searches_;
    search_.reset();
}

void History::try_again() {
    missing_ = false;
}

void History::run(const std::stop_token& stop) {
    base::name_thread("history");
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !wanted_.empty() || search_; })) {
        if (stop.stop_requested()) return;
        if (!wanted_.empty()) {
            const FetchHistory wanted = std::move(wanted_.front());
            wanted_.pop_front();
            lock.unlock();
            answer(wanted, stop);
        } else {
            Search search = *std::exchange(search_, std::nullopt);
            lock.unlock();
            search_on(std::move(search), stop);
        }
        lock.lock();
    }
}

StoredSource History::source_of(const std::string& channel) const {
    const std::string subject = parts_.subjects.posts(channel);
    const std::string stream = parts_.subjects.posts_stream();
    return {
        .read =
            [this, subject, stream](std::uint64_t from, std::size_t most) {
                return bus::read_stored(parts_.connection,
                                        {.stream = stream, .subject = subject, .from = from, .most = most},
                                        history_timeout);
            },
        .last = [this, subject,
                 stream] { return bus::last_stored(parts_.connection, stream, subject, history_timeout); }};
}

/// What is no message is passed over: it was when it came, too.
std::optional<StoredMessage> History::read(const bus::Stored& stored) const {
    base::Result<Message> message = parts_.subjects.parse(stored.subject, stored.body);
    if (!message) return std::nullopt;
    return StoredMessage{.message = *std::move(message), .sequence = stored.sequence, .at = stored.at};
}

/// Whether there is no history to be read, which is told once.
bool History::is_missing(const base::Error& error) {
    if (there_) return false;
    // Where 2.9 has no such stream, it says nothing.
    const bool silent = error.code == bus::Errc::timeout && ++timeouts_ >= max_timeouts;
    const bool none = error.code == bus::Errc::no_responders || error.code == bus::Errc::permission_denied;
    if (!none && !silent) return false;
    missing_ = true;
    if (!std::exchange(told_, true)) parts_.mailbox.put(WithoutHistory{});
    return true;
}

void History::answer(const FetchHistory& wanted, const std::stop_token& stop) {
    HistoryPage page{.channel = wanted.channel,
                     .messages = {},
                     .newest = !wanted.before,
                     .since = wanted.since.has_value()};
    page.failed = true;
    while (page.failed && !missing_ && !stop.stop_requested()) {
        const base::Result<OlderMessages> older = read_older(
            source_of(wanted.channel), {.before = wanted.before, .most = wanted.most, .since = wanted.since});
        if (older) {
            there_ = true;
            page.failed = false;
            page.before = older->before;
            page.complete = older->complete;
            for (const bus::Stored& stored : older->messages) {
                if (auto message = read(stored)) page.messages.push_back(std::move(*message));
            }
        } else if (is_missing(older.error()) || !is_transient(older.error())) {
            break;
        } else {
            base::pause(stop, history_retry);
        }
    }
    parts_.mailbox.put(std::move(page));
}

void History::search_on(Search search, const std::stop_token& stop) {
    const base::Result<OlderMessages> older =
        read_older(source_of(search.wanted.channel), {.before = search.before, .most = searched_at_once});
    SearchProgress progress{.channel = search.wanted.channel, .found = {}};
    if (older) {
        for (const bus::Stored& stored : older->messages) {
            if (!may_contain(stored.body, search.wanted.words)) continue;
            std::optional<StoredMessage> message = read(stored);
            if (message && contains_words(message->message.text, search.wanted.words))
                progress.found.push_back(std::move(*message));
        }
        search.read += older->messages.size();
        search.before = older->before;
    } else if (is_transient(older.error())) {
        base::pause(stop, history_retry);
    }
    progress.done = older ? older->complete : !is_transient(older.error());
    progress.read = search.read;
    const std::lock_guard lock(mutex_);
    // It was ended meanwhile, or there is another.
    if (search.number != searches_) return;
    const bool done = progress.done;
    parts_.mailbox.put(std::move(progress));
    if (!done) search_ = std::move(search);
}

}  // namespace natscreds::chat
