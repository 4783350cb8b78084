// Whatever stands where a chat keeps its rooms, it is refused, or what is read of it can be written and read again.
#include <natscreds/base/bytes.h>
#include <natscreds/chat-client/model/errc.h>
#include <natscreds/chat-client/model/kept_rooms.h>
#include <natscreds/chat-client/model/text.h>

#include "require.h"

using namespace natscreds;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto rooms = chat::KeptRooms::parse(base::as_text({data, size}));
    if (!rooms) {
        fuzz::require(rooms.error().code == chat::Errc::not_rooms);
        return 0;
    }
    fuzz::require(rooms->rooms.size() <= chat::KeptRooms::most);
    fuzz::require(rooms->rooms.empty() || rooms->current < rooms->rooms.size());
    for (const auto& room : rooms->rooms)
        fuzz::require(chat::harmless(room.draft) == room.draft);
    const auto again = chat::KeptRooms::parse(rooms->encode());
    fuzz::require(again && again->encode() == rooms->encode());
    return 0;
}
