// What was said before, as pages of it come; the rest of a Chat is in chat.cpp.
#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t older_at_once = 200;
/// Back to where one had read, at the start, and after a time without a server.
constexpr std::size_t max_unread_sought = 1000;
constexpr std::size_t max_missed = 2000;
/// By so much the clocks of those who speak and of the servers may differ.
constexpr auto clock_difference = 60s;
constexpr std::size_t max_found = 100;
/// In a channel.
constexpr std::size_t max_waiting_notes = 1000;

/// The message as a room knows it.
MessageRef ref_of(const StoredMessage& stored) {
    return {stored.message.sender, stored.message.id};
}

/// Before what is newer by the stream, and by the time before those lines of which nothing else is known.
std::size_t index_for(const StoredMessage& stored, const Room& room) {
    const auto& lines = room.lines();
    const auto newer =
        std::ranges::find_if(lines, [&](const Line& line) { return line.sequence > stored.sequence; });
    auto index = static_cast<std::size_t>(newer - lines.begin());
    while (index > 0 && lines[index - 1].sequence == 0 && lines[index - 1].at > stored.at)
        --index;
    return index;
}

using Between = std::map<std::size_t, std::vector<Line>, std::greater<>>;  // before the line at this index

/// What somebody sent again long after it was said first stands where that was.
void drop_repeated(Room& room, const HistoryPage& page) {
    std::vector<std::size_t> later;
    for (const StoredMessage& stored : page.messages) {
        const auto here = room.index_of(ref_of(stored));
        if (!here) continue;
        const Line& line = room.lines()[*here];
        const bool another = line.sequence != 0 && line.sequence > stored.sequence;
        if (another || line.at > stored.at + clock_difference) later.push_back(*here);
    }
    std::ranges::sort(later, std::greater());
    later.erase(std::unique(later.begin(), later.end()), later.end());
    for (const std::size_t index : later)
        room.erase(index);
}

/// Those that are here are told apart by it from those that are not.
std::vector<const StoredMessage*> missing_in(Room& room, const HistoryPage& page) {
    std::vector<const StoredMessage*> missing;
    std::set<MessageRef> in_page;
    for (const StoredMessage& stored : page.messages) {
        if (stored.message.note.saying != Saying::words) continue;
        if (!in_page.insert(ref_of(stored)).second) continue;
        const std::optional<std::size_t> index = room.index_of(ref_of(stored));
        if (!index) {
            missing.push_back(&stored);
            continue;
        }
        // What is sent again later is not where the line is from.
        const Line& line = room.lines()[*index];
        if (line.sequence == 0 && stored.at <= line.at + clock_difference)
            room.set_sequence(*index, stored.sequence);
    }
    return missing;
}

std::string search_text(const HistoryState::Search& search, const SearchProgress& progress) {
    const std::string found =
        std::to_string(search.found) + " found for \"" + harmless(search.words) + "\" in #" + search.channel;
    if (progress.done) return found + ", among " + std::to_string(progress.read) + " messages";
    return found + " so far, " + std::to_string(progress.read) + " messages read; Esc ends it";
}

}  // namespace

void Chat::take(const HistoryPage& page, base::Time now) {
    const auto found = std::ranges::find(rooms_, Place{.channel = page.channel}, &Room::place);
    if (found == rooms_.end()) return;
    Room& room = *found;
    room.past().asked = false;
    if (page.failed) return;
    history_.read = true;
    drop_repeated(room, page);
    Between between;
    for (const StoredMessage* const stored : missing_in(room, page)) {
        const bool here =
            stored->message.kind == MessageKind::post && stored->message.channel == page.channel;
        if (here && !ignored_.contains(stored->message.sender))
            between[index_for(*stored, room)].push_back(line_of(*stored, now));
    }
    std::size_t added = 0;
    // From the last place to the first, so that none moves before it has been filled.
    for (auto& [index, lines] : between) {
        added += lines.size();
        for (const Line& one : lines) {
            if (page.newest) (void)seen_.insert(id_of(*one.ref));
            // Those who print, and the bell, hear of what was missed as if it came now.
            if (page.since && !one.own) tell({.place = room.place(), .title = room.title(), .line = one});
        }
        room.insert(index, std::move(lines));
    }
    apply_notes(room, page);
    const bool first = page.newest && room.past().awaited;
    if (first || !page.since) {
        room.past().before = page.before;
        room.past().complete = page.complete;
    }
    if (first) {
        room.past().awaited = false;
        history_.seeks_read.insert(page.channel);
    }
    if (history_.seeks_read.contains(page.channel) && !page.since) return seek_read(room);
    // All of it stood here already: it was asked for what is older.
    if (added == 0 && !page.since) ask_older(room);
}

/// What changes a message may come with a page before the message does: it waits for it.
void Chat::apply_notes(Room& room, const HistoryPage& page) {
    std::vector<StoredMessage>& waiting = history_.notes[page.channel];
    std::vector<StoredMessage> notes;
    for (const StoredMessage& stored : page.messages) {
        const bool here = stored.message.kind == MessageKind::post && stored.message.channel == page.channel;
        if (here && stored.message.note.saying != Saying::words && !ignored_.contains(stored.message.sender))
            notes.push_back(stored);
    }
    // Those that wait are of later pages, which are newer.
    notes.insert(notes.end(), std::move_iterator(waiting.begin()), std::move_iterator(waiting.end()));
    std::erase_if(notes, [&](const StoredMessage& stored) {
        const std::optional<MessageRef>& about = stored.message.note.about;
        if (about && room.find(*about) == nullptr) return false;
        (void)change(room, stored.message, stored.at);
        return true;
    });
    if (notes.size() > max_waiting_notes)
        notes.erase(notes.begin() + static_cast<std::ptrdiff_t>(max_waiting_notes), notes.end());
    waiting = std::move(notes);
}

/// Reads back until it is known where one left off.
void Chat::seek_read(Room& room) {
    const bool watched = &room == &rooms_[current_];
    const bool known = room.mark_unread(watched ? Room::Watched::yes : Room::Watched::no);
    if (!known && !room.past().complete && room.lines().size() < max_unread_sought) return ask_older(room);
    history_.seeks_read.erase(room.place().channel);
    if (watched) room.enter();
}

Line Chat::line_of(const StoredMessage& stored, base::Time now) const {
    Line line = line_of(stored.message, people_.author_then(stored.message, stored.at, now), stored.at);
    if (line.own)
        line.author = {
            .name = harmless_name(stored.message.name), .verified_as = {}, .standing = Standing::verified};
    line.sequence = stored.sequence;
    return line;
}

void Chat::ask_older(Room& room) {
    Past& past = room.past();
    if (past.asked || past.complete || !history_.read || room.place().person) return;
    if (room.lines().size() >= Room::max_read_back) return;
    past.asked = true;
    effects_.emplace_back(
        FetchHistory{.channel = room.place().channel, .before = past.before, .most = older_at_once});
}

void Chat::want_older() {
    Room& room = rooms_[current_];
    ask_older(room);
    if (!history_.missing || room.place().person || std::exchange(history_.told, true)) return;
    const base::Time at = room.lines().empty() ? base::Time{} : room.lines().front().at;
    room.insert(0, {{.at = at, .kind = LineKind::notice, .text = "what was said before is not kept here"}});
}

bool Chat::want_missed(base::Time since) {
    if (!history_.read) return false;
    for (Room& room : rooms_) {
        if (room.place().person) continue;
        effects_.emplace_back(FetchHistory{.channel = room.place().channel,
                                           .before = {},
                                           .most = max_missed,
                                           .since = since - clock_difference});
    }
    return true;
}

// ---- search

/// False where nothing is kept: then only what is here can be looked through.
bool Chat::search_history(const std::string& words, base::Time now) {
    const Place& place = current().place();
    if (!history_.read || place.person) return false;
    end_search();
    history_.search = HistoryState::Search{.channel = place.channel, .words = words};
    Line line{
        .at = now, .kind = LineKind::notice, .text = search_text(*history_.search, {}), .passing = true};
    append(rooms_[current_], std::move(line));
    history_.search->number = current().lines().back().number;
    effects_.emplace_back(SearchHistory{.channel = place.channel, .words = words});
    return true;
}

void Chat::end_search() {
    if (!history_.search) return;
    history_.search.reset();
    effects_.emplace_back(EndSearch{});
}

void Chat::take(const SearchProgress& progress, base::Time now) {
    if (!history_.search || history_.search->channel != progress.channel) return;
    const auto room = std::ranges::find(rooms_, Place{.channel = progress.channel}, &Room::place);
    if (room == rooms_.end()) return;
    history_.search->found += progress.found.size();
    std::vector<Line> lines;
    for (const StoredMessage& stored : progress.found) {
        if (stored.message.note.saying != Saying::words) continue;
        lines.push_back(line_of(stored, now));
        lines.back().passing = true;
        lines.back().ref.reset();
    }
    if (history_.search->shown + lines.size() > max_found)
        lines.erase(lines.begin(),
                    lines.end() - static_cast<std::ptrdiff_t>(max_found - history_.search->shown));
    history_.search->shown += lines.size();
    const auto at = std::ranges::find(room->lines(), history_.search->number, &Line::number);
    if (at == room->lines().end()) return end_search();
    const auto index = static_cast<std::size_t>(at - room->lines().begin());
    room->change_text(index, search_text(*history_.search, progress));
    // The newest come first: what is older goes above them.
    room->insert(index + 1, std::move(lines));
    if (progress.done) history_.search.reset();
}

}  // namespace natscreds::chat
