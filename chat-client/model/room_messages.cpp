// What becomes of a message after it was said; the rest of a Room is in room.cpp.
#include <algorithm>
#include <utility>

#include <natscreds/chat-client/model/room.h>

namespace natscreds::chat {

std::optional<std::size_t> Room::index_of(const MessageRef& ref) const {
    const auto number = numbers_.find(ref);
    if (number == numbers_.end()) return std::nullopt;
    // Several may share a number.
    const auto first = std::ranges::lower_bound(lines_, number->second, {}, &Line::number);
    const auto line = std::find_if(
        first, lines_.end(), [&](const Line& one) { return one.number != number->second || one.ref == ref; });
    if (line == lines_.end() || line->ref != ref) return std::nullopt;
    return static_cast<std::size_t>(line - lines_.begin());
}

Line* Room::line_of(const MessageRef& ref) {
    const std::optional<std::size_t> index = index_of(ref);
    return index ? &lines_[*index] : nullptr;
}

const Line* Room::find(const MessageRef& ref) const {
    const std::optional<std::size_t> index = index_of(ref);
    return index ? &lines_[*index] : nullptr;
}

const Line* Room::newest(Whose whose) const {
    const auto found = std::find_if(lines_.rbegin(), lines_.rend(), [&](const Line& line) {
        return line.ref && !line.deleted && line.own == (whose == Whose::own);
    });
    return found != lines_.rend() ? &*found : nullptr;
}

bool Room::edit(const MessageRef& ref, std::string text, std::uint64_t revision) {
    Line* const line = line_of(ref);
    if (line == nullptr || line->deleted || revision <= line->revision) return false;
    line->text = std::move(text);
    line->revision = revision;
    return true;
}

bool Room::remove(const MessageRef& ref, std::uint64_t revision) {
    Line* const line = line_of(ref);
    if (line == nullptr || line->deleted || revision <= line->revision) return false;
    line->text.clear();
    line->reactions = {};
    line->revision = revision;
    line->deleted = true;
    return true;
}

bool Room::react(const MessageRef& ref, const Reactions::Change& change) {
    Line* const line = line_of(ref);
    if (line == nullptr || line->deleted || !line->reactions.apply(change)) return false;
    reacted_.push_back(line->number);
    if (reacted_.size() <= max_reacted) return true;
    const std::uint64_t first = reacted_.front();
    reacted_.pop_front();
    const auto oldest = std::ranges::lower_bound(lines_, first, {}, &Line::number);
    const bool other = oldest != lines_.end() && oldest->number == first && oldest->number != line->number;
    if (other) oldest->reactions = {};
    return true;
}

bool Room::set_topic(std::string topic, std::uint64_t revision) {
    if (revision <= topic_revision_) return false;
    topic_ = std::move(topic);
    topic_revision_ = revision;
    return true;
}

}  // namespace natscreds::chat
