#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/nkeys/public_key.h>

namespace natscreds::chat {

/// The reactions to one message: signs ("👍"), and who gave each.
///
/// Holds:   at most `max_signs` different signs, each of at most `max_people`: what comes on top changes nothing.
///          Somebody counts once for a sign, as their newest reaction with it says; an older one that comes again
///          changes nothing.
class Reactions {
  public:
    static constexpr std::size_t max_signs = 8;
    static constexpr std::size_t max_people = 50;

    struct Change {
        nkeys::PublicKey by;
        std::string sign;
        std::uint64_t revision;
        bool withdrawn = false;
    };
    /// Returns whether anything is different now.
    bool apply(const Change& change);

    struct Count {
        std::string sign;
        std::size_t people;
    };
    /// In the order in which the signs came; without those that nobody gives any more.
    [[nodiscard]] std::vector<Count> counts() const;
    [[nodiscard]] bool empty() const noexcept { return signs_.empty(); }
    /// The newest revision of this person's reaction with this sign, and whether it stands.
    struct Own {
        std::uint64_t revision = 0;
        bool stands = false;
    };
    [[nodiscard]] Own of(const nkeys::PublicKey& person, std::string_view sign) const;

  private:
    struct Given {
        nkeys::PublicKey by;
        std::uint64_t revision;
        bool stands;
    };
    struct Sign {
        std::string sign;
        std::vector<Given> given;
    };
    std::vector<Sign> signs_;
};

/// Whether this can be a reaction: one character as a person takes it, that is shown and is no letter of a text.
[[nodiscard]] bool is_reaction(std::string_view sign);

}  // namespace natscreds::chat
