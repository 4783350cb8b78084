#include <natscreds/chat-client/model/room.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace natscreds::chat {
namespace {

/// By a person, and not shown again because somebody looked for it.
bool is_said(const Line& line) {
    return line.kind != LineKind::notice && !line.passing;
}

/// One's own that may never have been sent are no place to begin at.
void read_up_to(const Line& line, ReadMark& read) {
    const bool sent = line.delivery == Delivery::received || line.delivery == Delivery::sent;
    if (is_said(line) && line.ref && sent) read = {.id = id_of(*line.ref), .at = line.at};
}

}  // namespace

const Line& Room::append(Line line, Watched watched) {
    line.number = next_number_;
    next_number_ += between_numbers;
    const bool counts = watched == Watched::no && is_said(line) && !line.own;
    if (counts) {
        if (unread_++ == 0) unread_from_ = line.number;
        if (line.mentions_me) ++mentions_;
    }
    if (line.ref) numbers_.emplace(*line.ref, line.number);
    lines_.push_back(std::move(line));
    if (unread_ == 0 && !past_.awaited) read_up_to(lines_.back(), read_);
    trim();
    return lines_.back();
}

void Room::insert(std::size_t index, std::vector<Line> lines) {
    const auto count = static_cast<std::uint64_t>(lines.size());
    if (count == 0) return;
    const std::uint64_t end = index < lines_.size() ? lines_[index].number : next_number_;
    const std::uint64_t begin = index > 0 ? lines_[index - 1].number : end - (count + 1) * between_numbers;
    // Where nothing fits in any more they share a number.
    const std::uint64_t step = std::max<std::uint64_t>((end - begin) / (count + 1), 1);
    for (std::uint64_t i = 0; i < count; ++i)
        lines[i].number = std::min(begin + (i + 1) * step, end - 1);
    if (index == lines_.size()) next_number_ = std::max(next_number_, lines.back().number + between_numbers);
    if (index == 0) read_back_ = std::min(max_read_back - max_lines, read_back_ + lines.size());
    for (const Line& line : lines) {
        if (line.ref) numbers_.emplace(*line.ref, line.number);
    }
    lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(index), std::move_iterator(lines.begin()),
                  std::move_iterator(lines.end()));
    trim();
}

void Room::trim() {
    const std::size_t most = (keeping_ == Keeping::stranger ? max_stranger_lines : max_lines) + read_back_;
    if (lines_.size() <= most) return;
    while (lines_.size() > most) {
        if (lines_.front().ref) numbers_.erase(*lines_.front().ref);
        lines_.pop_front();
    }
    past_.complete = false;
    past_.before = std::nullopt;
    if (lines_.front().sequence != 0) past_.before = lines_.front().sequence;
}

void Room::erase(std::size_t index) {
    if (lines_[index].ref) numbers_.erase(*lines_[index].ref);
    lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Room::mark_read(const MessageRef& ref) {
    const std::optional<std::size_t> last = index_of(ref);
    for (std::size_t i = 0; last && i <= *last; ++i) {
        if (lines_[i].own && lines_[i].delivery == Delivery::sent) lines_[i].was_read = true;
    }
}

void Room::mark_plain(const MessageRef& ref) {
    if (Line* const line = line_of(ref)) line->plain = true;
}

bool Room::mark_unread(Watched watched) {
    if (read_.at == base::Time{}) return true;
    const auto mark = std::find_if(lines_.rbegin(), lines_.rend(), [&](const Line& line) {
        return is_said(line) && line.ref && id_of(*line.ref) == read_.id;
    });
    const bool known = mark != lines_.rend();
    auto line = known ? mark.base() : lines_.begin();
    unread_from_.reset();
    unread_ = mentions_ = 0;
    for (; line != lines_.end(); ++line) {
        if (!is_said(*line) || line->own || (!known && line->at <= read_.at)) continue;
        if (!unread_from_) unread_from_ = line->number;
        if (watched == Watched::yes) continue;
        ++unread_;
        if (line->mentions_me) ++mentions_;
    }
    const auto first = std::ranges::find_if(lines_, is_said);
    return known || (first != lines_.end() && first->at <= read_.at);
}

void Room::read_up_to_end() {
    // Where one left off the last time is still to be found.
    if (past_.awaited) return;
    const auto last = std::find_if(lines_.rbegin(), lines_.rend(), is_said);
    if (last != lines_.rend()) read_up_to(*last, read_);
}

void Room::enter() {
    unread_ = 0;
    mentions_ = 0;
    read_up_to_end();
}

void Room::leave() {
    unread_from_.reset();
    read_back_ = 0;
    trim();
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
