#include <natscreds/chat-client/model/presence_line.h>

namespace natscreds::chat {

bool PresenceLine::goes_on_in(const Room& room) const {
    return !came_.empty() && came_.size() < most && room.place() == place_ && !room.lines().empty() &&
           room.lines().back().number == number_;
}

void PresenceLine::add(const Came& came) {
    std::erase_if(came_, [&](const Came& before) { return before.key == came.key; });
    came_.push_back(came);
}

void PresenceLine::stands_in(const Room& room) {
    place_ = room.place();
    number_ = room.lines().back().number;
}

std::string PresenceLine::text_of(const std::vector<Came>& came) {
    std::string text;
    for (const Coming what : {Coming::online, Coming::left, Coming::offline}) {
        std::string names;
        std::size_t count = 0;
        for (const Came& one : came) {
            if (one.what != what) continue;
            names += (count++ == 0 ? "" : ", ") + one.name;
        }
        if (count == 0) continue;
        const bool one = count == 1;
        const std::string does = what == Coming::left     ? (one ? " has left" : " have left")
                                 : what == Coming::online ? (one ? " is online" : " are online")
                                                          : (one ? " is offline" : " are offline");
        text += (text.empty() ? "" : "; ") + names + does;
    }
    return text;
}

}  // namespace natscreds::chat
