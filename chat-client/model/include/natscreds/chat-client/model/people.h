#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/message.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::chat {

/// What a name is worth.
enum class Standing {
    unknown,   ///< the sender says so, and nobody else
    verified,  ///< an issuer that we believe gave this name to this key
    bad,       ///< not even signed by the key that it names
};

/// Whether a name still belongs to the key that first had it.
enum class Pinning { same, changed };

/// Who said something, as it is shown.
struct Author {
    std::string name;         ///< harmless
    std::string verified_as;  ///< the verified name, where it is not `name`
    Standing standing = Standing::unknown;
    Pinning pinning = Pinning::same;
    bool then = false;  ///< verified when it was said; now the JWT that says so is out of time
};

/// Somebody of whom we heard.
struct Person {
    nkeys::PublicKey key;
    std::string name;  ///< harmless; as they call themselves
    std::string verified_name = {};
    std::optional<base::Time> verified_until = {};
    std::optional<jwt::Decoded<jwt::UserClaims>> user = {};  ///< as they last showed it, believed or not
    base::Time online_until = {};                            ///< the beginning of time: not online
    base::Time newest_presence = {};
    base::Time heard_at = {};
};

/// Everyone of whom we heard, by key: who they are and whether they are there.
///
/// Holds:   at most `max_people`; who has been silent for longest makes room, strangers before those who are
///          verified. A name belongs to the first verified key that had it, and to others of the same owner, as the issuer
///          writes it into their JWTs; until then to the first key.
///          At most `max_people` names are remembered that were verified or acknowledged, and as many that
///          somebody merely claimed, of one key `max_claims`; a claim makes room for claims alone, and those of
///          a key with too many for its own.
class People {
  public:
    static constexpr std::size_t max_people = 4096;
    static constexpr std::size_t max_claims = 4;
    /// Of one owner under one name, so many keys are remembered: the newest.
    static constexpr std::size_t max_keys_of_owner = 8;
    static constexpr std::chrono::seconds online_for{60};

    explicit People(std::vector<nkeys::PublicKey> issuers) : issuers_(std::move(issuers)) {}

    /// Whose signatures on other people's names are believed from now on, also on names that were shown before.
    void believe(std::vector<nkeys::PublicKey> issuers, base::Time now);

    /// Takes in a presence or an announcement. One that is expired, or older than the newest of its sender, changes nothing.
    void take(const Message& presence, base::Time now);

    /// Who sent this message, and that they were heard.
    [[nodiscard]] Author author_of(const Message& message, base::Time now);

    /// The same of somebody of whom we heard, whether or not they have said anything.
    [[nodiscard]] Author author_of(const Person& person, base::Time now) const;

    /// Who sent a message that was kept since `then`: by the JWT that it shows, where that was good at that time. Nobody
    /// becomes known by what they said once.
    [[nodiscard]] Author author_then(const Message& message, base::Time then, base::Time now) const;

    /// The name is accepted for the key that has it now.
    void acknowledge(const Person& person, base::Time now);

    /// Verified names that were shown by another key of their owner for the first time, each once.
    [[nodiscard]] std::vector<std::string> take_rekeyed() { return std::exchange(rekeyed_, {}); }

    [[nodiscard]] bool online(const nkeys::PublicKey& key, base::Time now) const;
    [[nodiscard]] const Person* find(const nkeys::PublicKey& key) const;
    /// Those of this name, or whose key begins so; verified ones first, then those who are online.
    [[nodiscard]] std::vector<const Person*> named(std::string_view name, base::Time now) const;
    [[nodiscard]] std::vector<const Person*> all_online(base::Time now) const;
    [[nodiscard]] std::size_t size() const noexcept { return people_.size(); }
    /// How many names are remembered with the key that they belong to.
    [[nodiscard]] std::size_t names() const noexcept { return claims_.size() + pins_.size(); }

  private:
    struct Pin {
        nkeys::PublicKey key;
        Standing standing;
        base::Time used_at;
        std::string owner = {};                     ///< as the JWT says; empty: it does not
        std::vector<nkeys::PublicKey> others = {};  ///< more keys of the owner's

        [[nodiscard]] bool has(const nkeys::PublicKey& one) const;
    };
    using Pins = std::map<std::string, Pin, std::less<>>;

    Person& heard(const Message& message, base::Time now);
    void verify(Person& person, base::Time now);
    void take_announcement(const Message& announcement, base::Time now);
    void make_room(base::Time now);
    void claim(const std::string& name, const Pin& pin);
    void keep(const std::string& name, const Pin& pin);
    void rekey(const std::string& name, Pin& pin, const nkeys::PublicKey& key, base::Time now);
    [[nodiscard]] Pinning pinning_of(const Person& person, base::Time now) const;
    [[nodiscard]] Pinning pin(const std::string& name, const Person& person, base::Time now);

    std::vector<nkeys::PublicKey> issuers_;
    std::map<nkeys::PublicKey, Person> people_;
    Pins pins_;    ///< verified, or acknowledged
    Pins claims_;  ///< no name is in both
    std::vector<std::string> rekeyed_;
};

[[nodiscard]] bool is_verified(const Person& person, base::Time now) noexcept;

}  // namespace natscreds::chat
