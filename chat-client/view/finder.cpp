#include <natscreds/chat-client/view/finder.h>

#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {

void Finder::look_for(std::string_view words, const Room& room) {
    words_ = words;
    hits_.clear();
    at_ = 0;
    if (words.empty()) return;
    for (auto line = room.lines().rbegin(); line != room.lines().rend(); ++line) {
        const bool said = line->kind != LineKind::notice;
        if (said && (contains_words(line->text, words) || contains_words(line->author.name, words)))
            hits_.push_back(line->number);
    }
}

void Finder::older() {
    if (at_ + 1 < hits_.size()) ++at_;
}

void Finder::newer() {
    if (at_ > 0) --at_;
}

std::optional<std::uint64_t> Finder::line() const {
    if (hits_.empty()) return std::nullopt;
    return hits_[at_];
}

std::string Finder::position() const {
    if (words_.empty()) return "";
    if (hits_.empty()) return "nothing found";
    return std::to_string(at_ + 1) + " of " + std::to_string(hits_.size());
}

}  // namespace natscreds::chat
