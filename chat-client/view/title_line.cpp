#include <natscreds/chat-client/view/title_line.h>

#include <algorithm>
#include <string>

namespace natscreds::chat {
namespace {

std::string about(const Person& person, base::Time now) {
    const std::string proof =
        is_verified(person, now) ? ", verified as " + person.verified_name : ", not verified";
    return proof + "  " + person.key.text().substr(0, 12) + "…";
}

std::string about(const nkeys::PublicKey& key, const Chat& chat, base::Time now) {
    const std::string presence = chat.people().online(key, now) ? "  online" : "  offline";
    const Person* const person = chat.people().find(key);
    return person == nullptr ? presence : presence + about(*person, now);
}

}  // namespace

Row title_line(const Chat& chat, base::Time now, RoomList list) {
    const Room& room = chat.current();
    Row row{{" " + room.title(), Ink::title}};
    if (list == RoomList::hidden) std::ranges::move(unread_counts(chat), std::back_inserter(row));
    if (room.place().person) {
        row.push_back({about(*room.place().person, chat, now), Ink::title});
    } else if (list == RoomList::hidden) {
        row.push_back({"  online: " + std::to_string(chat.people().all_online(now).size()), Ink::title});
    }
    return row;
}

}  // namespace natscreds::chat
