#include <natscreds/chat-client/model/kept_rooms.h>

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include <natscreds/base/time_at.h>
#include <natscreds/chat-client/model/errc.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

using nlohmann::json;

base::Error not_rooms(const std::string& what) {
    return {Errc::not_rooms, what};
}

/// The text of a member; empty where there is none.
std::optional<std::string> text_member(const json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) return std::string();
    if (!found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

std::optional<Place> place_of(const std::string& channel, const std::string& person) {
    if (person.empty()) return is_name(channel) ? std::optional(Place{.channel = channel}) : std::nullopt;
    const auto key = nkeys::PublicKey::parse(person, nkeys::Kind::user);
    if (!key || !channel.empty()) return std::nullopt;
    return Place{.channel = {}, .person = *key};
}

base::Result<ReadMark> read_mark(const json& room) {
    const auto found = room.find("read");
    if (found == room.end()) return ReadMark();
    const json id = found->value("id", json());
    const json at = found->value("at", json());
    const auto moment = at.is_number_unsigned() ? base::time_at(at.get<std::uint64_t>()) : std::nullopt;
    if (!id.is_string() || id.get_ref<const std::string&>().size() > KeptRooms::max_id_bytes || !moment)
        return not_rooms("read: expected an id and a moment");
    return ReadMark{.id = id.get<std::string>(), .at = *moment};
}

base::Result<KeptRooms::Kept> read_room(const json& object) {
    if (!object.is_object()) return not_rooms("a room is no object");
    const auto channel = text_member(object, "channel");
    const auto person = text_member(object, "person");
    const auto name = text_member(object, "name");
    const auto draft = text_member(object, "draft");
    if (!channel || !person || !name || !draft) return not_rooms("a room's member is no text");
    const std::optional<Place> place = place_of(*channel, *person);
    if (!place) return not_rooms("a room is neither a channel nor a person");
    if (draft->size() > KeptRooms::max_draft_bytes) return not_rooms("a draft is too long");
    base::Result<ReadMark> read = read_mark(object);
    if (!read) return read.error();
    return KeptRooms::Kept{.place = *place,
                           .name = place->person ? harmless_name(*name) : "",
                           .draft = harmless(*draft),
                           .read = *std::move(read)};
}

base::Result<KeptRooms> read_rooms(const json& whole) {
    if (!whole.is_object() || whole.value("version", json()) != json(1)) return not_rooms("no version 1");
    const json rooms = whole.value("rooms", json());
    if (!rooms.is_array()) return not_rooms("rooms: expected a list");
    if (rooms.size() > KeptRooms::most) return not_rooms("rooms: more than 256");
    KeptRooms kept;
    for (const json& object : rooms) {
        base::Result<KeptRooms::Kept> room = read_room(object);
        if (!room) return room.error();
        if (std::ranges::find(kept.rooms, room->place, &KeptRooms::Kept::place) != kept.rooms.end())
            return not_rooms("a room stands there twice");
        kept.rooms.push_back(std::move(*room));
    }
    const json current = whole.value("current", json(0));
    if (!current.is_number_unsigned()) return not_rooms("current: expected a number");
    const auto index = current.get<std::size_t>();
    kept.current = index < kept.rooms.size() ? index : 0;
    return kept;
}

}  // namespace

std::string KeptRooms::encode() const {
    json list = json::array();
    for (const Kept& kept : rooms) {
        json room = json::object();
        if (kept.place.person) {
            room["person"] = kept.place.person->text();
            room["name"] = kept.name;
        } else {
            room["channel"] = kept.place.channel;
        }
        if (!kept.draft.empty()) room["draft"] = kept.draft;
        if (!kept.read.id.empty())
            room["read"] = {{"id", kept.read.id}, {"at", kept.read.at.time_since_epoch().count()}};
        list.push_back(std::move(room));
    }
    const json whole{{"version", 1}, {"current", current}, {"rooms", std::move(list)}};
    return whole.dump(2) + "\n";
}

base::Result<KeptRooms> KeptRooms::parse(std::string_view text) {
    try {
        return read_rooms(json::parse(text));
    } catch (const json::exception& error) {
        return not_rooms(harmless(std::string(error.what())));
    }
}

}  // namespace natscreds::chat
