#include <natscreds/chat-client/model/room.h>

#include <algorithm>
#include <utility>

namespace natscreds::chat {

const Line& Room::append(Line line, Watched watched) {
    line.number = next_number_++;
    const bool counts = watched == Watched::no && !line.own && line.kind != LineKind::notice;
    if (counts) {
        if (unread_++ == 0) unread_from_ = line.number;
        if (line.mentions_me) ++mentions_;
    }
    if (line.ref) numbers_.emplace(*line.ref, line.number);
    lines_.push_back(std::move(line));
    const std::size_t most = keeping_ == Keeping::stranger ? max_stranger_lines : max_lines;
    while (lines_.size() > most)
        forget_oldest();
    return lines_.back();
}

void Room::forget_oldest() {
    if (lines_.front().ref) numbers_.erase(*lines_.front().ref);
    lines_.pop_front();
}

void Room::enter() {
    unread_ = 0;
    mentions_ = 0;
}

void Room::leave() {
    unread_from_.reset();
}

bool Room::amend_last(std::uint64_t number, std::string text, base::Time at) {
    if (lines_.empty() || lines_.back().number != number) return false;
    lines_.back().text = std::move(text);
    lines_.back().at = at;
    return true;
}

void Room::forget_passing() {
    std::erase_if(lines_, [](const Line& line) { return line.passing; });
}

void Room::clear() {
    lines_.clear();
    numbers_.clear();
    reacted_.clear();
    unread_from_.reset();
}

bool Room::deliver(Ticket ticket, Delivery delivery) {
    // The newest first: it was sent a moment ago.
    const auto found = std::find_if(lines_.rbegin(), lines_.rend(),
                                    [&](const Line& line) { return line.own && line.ticket == ticket; });
    if (found == lines_.rend()) return false;
    found->delivery = delivery;
    return true;
}

}  // namespace natscreds::chat
