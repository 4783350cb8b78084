#include <natscreds/chat-client/net/history_walk.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace natscreds::chat {
namespace {

using bus::Stored;

/// A stretch of the stream: from a sequence on, up to the one before `end`.
struct Stretch {
    std::uint64_t from;
    std::uint64_t end;
};

/// All of it, if that is at most so much; nothing where it is more.
base::Result<std::optional<std::vector<Stored>>> read_stretch(const StoredSource& source, Stretch stretch,
                                                              std::size_t most) {
    std::vector<Stored> found;
    // Most stretches of a quiet channel are empty: one message tells.
    std::size_t at_once = 1;
    while (stretch.from < stretch.end) {
        const base::Result<bus::StoredPage> page = source.read(stretch.from, at_once);
        if (!page) return page.error();
        at_once = static_cast<std::size_t>(std::min<std::uint64_t>(most, stretch.end - stretch.from));
        for (const Stored& stored : page->messages) {
            if (stored.sequence < stretch.from) return std::optional(std::move(found));
            if (stored.sequence >= stretch.end) return std::optional(std::move(found));
            if (found.size() == most) return std::optional<std::vector<Stored>>();
            stretch.from = stored.sequence + 1;
            found.push_back(stored);
        }
        if (page->at_end || page->messages.empty()) break;
    }
    return std::optional(std::move(found));
}

}  // namespace

base::Result<OlderMessages> read_older(const StoredSource& source, const OlderQuery& query) {
    const std::size_t most = std::max<std::size_t>(query.most, 1);
    std::uint64_t end = query.before.value_or(0);
    if (!query.before) {
        const base::Result<std::optional<Stored>> last = source.last();
        if (!last) return last.error();
        if (!*last) return OlderMessages{.messages = {}, .complete = true};
        end = (*last)->sequence + 1;
    }
    std::vector<Stored> all;
    const std::uint64_t least = std::min<std::size_t>(most, 100);
    std::uint64_t length = least;
    const auto enough = [&] {
        const bool all_since = query.since && !all.empty() && all.front().at < *query.since;
        return all.size() >= most || all_since;
    };
    while (end > 1 && !enough()) {
        const std::uint64_t from = end > length ? end - length : 1;
        auto stretch = read_stretch(source, {from, end}, least * 4);
        if (!stretch) return stretch.error();
        if (!*stretch) {
            length = std::max(length / 4, least);
            continue;
        }
        const std::size_t count = (*stretch)->size();
        all.insert(all.begin(), std::make_move_iterator((*stretch)->begin()),
                   std::make_move_iterator((*stretch)->end()));
        end = from;
        if (count <= least) length *= count == 0 ? 8 : 2;
    }
    OlderMessages older{.messages = std::move(all), .before = end, .complete = end <= 1};
    if (older.messages.size() > most) {
        older.messages.erase(older.messages.begin(),
                             older.messages.end() - static_cast<std::ptrdiff_t>(most));
        older.before = older.messages.front().sequence;
        older.complete = false;
    }
    return older;
}

}  // namespace natscreds::chat
