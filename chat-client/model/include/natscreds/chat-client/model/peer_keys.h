#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include <natscreds/base/clock.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::chat {

/// What is known of how to seal for somebody.
struct Peer {
    std::optional<nkeys::PublicKey> curve = {};    ///< that messages are sealed for
    base::Time announced_at{};                     ///< by the announcement's own date
    std::optional<nkeys::PublicKey> offered = {};  ///< a newer one, that nobody here has accepted yet
    base::Time offered_at{};
    bool pinned = false;    ///< sealed messages went to, or came from, `curve`
    bool insecure = false;  ///< plain messages may be sent
    base::Time heard_at{};
};

/// The curve keys that people have announced, by user key.
///
/// Holds:   at most `max_peers`; who has been silent for longest makes room, first of all those with whom nothing was
///          exchanged. A pinned key is replaced by accept() alone; an announcement that is older than the last one, or
///          dated ahead by more than an hour, changes nothing.
class PeerKeys {
  public:
    static constexpr std::size_t max_peers = 2048;

    struct Announced {
        nkeys::PublicKey user;
        nkeys::PublicKey curve;
        base::Time at;
    };
    enum class Taken { same, first, changed };
    Taken take(const Announced& announced, base::Time now);

    /// The key to seal for; nothing where there is none, or where it has changed.
    [[nodiscard]] std::optional<nkeys::PublicKey> usable(const nkeys::PublicKey& user) const;
    [[nodiscard]] bool has_changed(const nkeys::PublicKey& user) const;
    [[nodiscard]] bool is_insecure(const nkeys::PublicKey& user) const;
    [[nodiscard]] const Peer* find(const nkeys::PublicKey& user) const;

    /// Returns whether this is new.
    bool pin(const nkeys::PublicKey& user);
    /// Takes the newer key. Returns whether there was one.
    bool accept(const nkeys::PublicKey& user);
    void set_insecure(const nkeys::PublicKey& user, bool insecure, base::Time now);

    [[nodiscard]] const std::map<nkeys::PublicKey, Peer>& all() const noexcept { return peers_; }
    void restore(const nkeys::PublicKey& user, const Peer& peer);

  private:
    Peer& peer_of(const nkeys::PublicKey& user, base::Time now);

    std::map<nkeys::PublicKey, Peer> peers_;
};

}  // namespace natscreds::chat
