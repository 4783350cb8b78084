#include <natscreds/chat-client/model/sealed_state.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include <natscreds/base/time_at.h>
#include <natscreds/chat-client/model/errc.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

using StateJson = nlohmann::json;

constexpr std::size_t mark_length = 12;

base::Error not_state(const std::string& what) {
    return {Errc::not_sealed_state, what};
}

std::uint64_t seconds_of(base::Time time) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(time.time_since_epoch().count(), 0));
}

std::optional<base::Time> moment_in(const StateJson& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) return base::Time{};
    return found->is_number_unsigned() ? base::time_at(found->get<std::uint64_t>()) : std::nullopt;
}

/// A curve key, or none; nothing where there is something else.
std::optional<std::optional<nkeys::PublicKey>> curve_member(const StateJson& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) return std::optional<nkeys::PublicKey>();
    if (!found->is_string()) return std::nullopt;
    const auto key = nkeys::PublicKey::parse(found->get<std::string>(), nkeys::Kind::curve);
    return key ? std::optional(std::optional(*key)) : std::nullopt;
}

bool flag_in(const StateJson& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && *found == true;
}

StateJson json_of(const Peer& peer) {
    StateJson json{{"heard", seconds_of(peer.heard_at)}};
    if (peer.curve) {
        json["curve"] = peer.curve->text();
        json["announced"] = seconds_of(peer.announced_at);
    }
    if (peer.offered) {
        json["offered"] = peer.offered->text();
        json["offered_at"] = seconds_of(peer.offered_at);
    }
    if (peer.pinned) json["pinned"] = true;
    if (peer.insecure) json["insecure"] = true;
    return json;
}

std::optional<Peer> peer_in(const StateJson& json) {
    if (!json.is_object()) return std::nullopt;
    const auto curve = curve_member(json, "curve");
    const auto offered = curve_member(json, "offered");
    const auto announced = moment_in(json, "announced");
    const auto offered_at = moment_in(json, "offered_at");
    const auto heard = moment_in(json, "heard");
    if (!curve || !offered || !announced || !offered_at || !heard) return std::nullopt;
    const bool pinned = flag_in(json, "pinned");
    // A newer key is one beside a key that counts.
    if ((pinned && !*curve) || (*offered && !pinned)) return std::nullopt;
    return Peer{.curve = *curve,
                .announced_at = *announced,
                .offered = *offered,
                .offered_at = *offered_at,
                .pinned = pinned,
                .insecure = flag_in(json, "insecure"),
                .heard_at = *heard};
}

StateJson json_of(const SeenMessages::Sender& sender) {
    StateJson marks = StateJson::array();
    for (const auto& [at, mark] : sender.marks)
        marks.push_back({seconds_of(at), mark});
    return {{"from", seconds_of(sender.from)},
            {"heard", seconds_of(sender.heard_at)},
            {"marks", std::move(marks)}};
}

std::optional<SeenMessages::Sender> sender_in(const StateJson& json) {
    if (!json.is_object()) return std::nullopt;
    const auto from = moment_in(json, "from");
    const auto heard = moment_in(json, "heard");
    const auto marks = json.find("marks");
    if (!from || !heard || marks == json.end() || !marks->is_array()) return std::nullopt;
    if (marks->size() > SeenMessages::max_of_one) return std::nullopt;
    SeenMessages::Sender sender{.from = *from, .heard_at = *heard};
    for (const StateJson& mark : *marks) {
        if (!mark.is_array() || mark.size() != 2 || !mark[0].is_number_unsigned() || !mark[1].is_string())
            return std::nullopt;
        const auto at = base::time_at(mark[0].get<std::uint64_t>());
        if (!at || mark[1].get_ref<const std::string&>().size() != mark_length) return std::nullopt;
        sender.marks.emplace_back(*at, mark[1].get<std::string>());
    }
    return sender;
}

/// An object with a member for each user key; empty where it is missing.
base::Result<StateJson> by_user(const StateJson& whole, const char* name, std::size_t most) {
    const auto found = whole.find(name);
    if (found == whole.end()) return StateJson::object();
    if (!found->is_object() || found->size() > most)
        return not_state(std::string(name) + ": no object, or too many");
    for (const auto& [key, value] : found->items()) {
        if (!nkeys::PublicKey::parse(key, nkeys::Kind::user))
            return not_state(std::string(name) + ": not a user's key");
    }
    return *found;
}

nkeys::PublicKey user_of(const std::string& key) {
    return nkeys::PublicKey::parse(key, nkeys::Kind::user).value();
}

base::Result<SealedState> read_state(const StateJson& whole) {
    if (!whole.is_object() || whole.value("version", StateJson()) != StateJson(1))
        return not_state("no version 1");
    SealedState state;
    const StateJson sequence = whole.value("sequence", StateJson(0U));
    if (!sequence.is_number_unsigned()) return not_state("sequence: expected a number");
    state.sequence = sequence.get<std::uint64_t>();
    const auto peers = by_user(whole, "peers", PeerKeys::max_peers);
    if (!peers) return peers.error();
    for (const auto& [key, value] : peers->items()) {
        const auto peer = peer_in(value);
        if (!peer) return not_state("peers: not what is known of somebody");
        state.peers.restore(user_of(key), *peer);
    }
    const auto seen = by_user(whole, "seen", SeenMessages::max_senders);
    if (!seen) return seen.error();
    for (const auto& [key, value] : seen->items()) {
        auto sender = sender_in(value);
        if (!sender) return not_state("seen: not what was seen of somebody");
        state.seen.restore(user_of(key), *std::move(sender));
    }
    return state;
}

}  // namespace

std::string SealedState::encode() const {
    StateJson known = StateJson::object();
    for (const auto& [user, peer] : peers.all())
        known[user.text()] = json_of(peer);
    StateJson taken = StateJson::object();
    for (const auto& [user, sender] : seen.all())
        taken[user.text()] = json_of(sender);
    const StateJson whole{
        {"version", 1}, {"sequence", sequence}, {"peers", std::move(known)}, {"seen", std::move(taken)}};
    return whole.dump() + "\n";
}

base::Result<SealedState> SealedState::parse(std::string_view text) {
    try {
        return read_state(StateJson::parse(text));
    } catch (const StateJson::exception& error) {
        return not_state(harmless(std::string(error.what())));
    }
}

}  // namespace natscreds::chat
