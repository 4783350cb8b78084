#include <natscreds/chat-client/model/peer_keys.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <natscreds/base/erase_lowest.h>

#include "dated_ahead.h"

namespace natscreds::chat {
Peer& PeerKeys::peer_of(const nkeys::PublicKey& user, base::Time now) {
    if (!peers_.contains(user) && peers_.size() >= max_peers)
        base::erase_lowest(
            peers_, [](const Peer& peer) { return std::pair(peer.pinned || peer.insecure, peer.heard_at); });
    Peer& peer = peers_[user];
    peer.heard_at = now;
    return peer;
}

PeerKeys::Taken PeerKeys::take(const Announced& announced, base::Time now) {
    if (announced.at > now + max_dated_ahead) return Taken::same;
    Peer& peer = peer_of(announced.user, now);
    if (announced.at < std::max(peer.announced_at, peer.offered_at)) return Taken::same;
    if (!peer.curve || (!peer.pinned && *peer.curve != announced.curve)) {
        peer.curve = announced.curve;
        peer.announced_at = announced.at;
        return Taken::first;
    }
    if (*peer.curve == announced.curve) {
        peer.announced_at = announced.at;
        peer.offered.reset();
        return Taken::same;
    }
    peer.offered_at = announced.at;
    if (peer.offered == announced.curve) return Taken::same;
    peer.offered = announced.curve;
    return Taken::changed;
}

std::optional<nkeys::PublicKey> PeerKeys::usable(const nkeys::PublicKey& user) const {
    const Peer* const peer = find(user);
    return peer != nullptr && !peer->offered ? peer->curve : std::nullopt;
}

bool PeerKeys::has_changed(const nkeys::PublicKey& user) const {
    const Peer* const peer = find(user);
    return peer != nullptr && peer->offered;
}

bool PeerKeys::is_insecure(const nkeys::PublicKey& user) const {
    const Peer* const peer = find(user);
    return peer != nullptr && peer->insecure;
}

const Peer* PeerKeys::find(const nkeys::PublicKey& user) const {
    const auto found = peers_.find(user);
    return found != peers_.end() ? &found->second : nullptr;
}

bool PeerKeys::pin(const nkeys::PublicKey& user) {
    const auto found = peers_.find(user);
    return found != peers_.end() && found->second.curve && !std::exchange(found->second.pinned, true);
}

bool PeerKeys::accept(const nkeys::PublicKey& user) {
    const auto found = peers_.find(user);
    if (found == peers_.end() || !found->second.offered) return false;
    Peer& peer = found->second;
    peer.curve = std::exchange(peer.offered, std::nullopt);
    peer.announced_at = peer.offered_at;
    return true;
}

void PeerKeys::set_insecure(const nkeys::PublicKey& user, bool insecure, base::Time now) {
    peer_of(user, now).insecure = insecure;
}

void PeerKeys::restore(const nkeys::PublicKey& user, const Peer& peer) {
    if (peers_.size() < max_peers) peers_.insert_or_assign(user, peer);
}

}  // namespace natscreds::chat
