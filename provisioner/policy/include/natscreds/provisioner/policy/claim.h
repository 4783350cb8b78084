#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/nkeys/public_key.h>
#include <natscreds/provisioner/policy/owner.h>

namespace natscreds::provisioner {

/// How a name is asked for.
enum class Form {
    key_bound,  ///< by a key that proved itself
    plain,      ///< by nobody in particular; the key was made for the occasion
};

/// Whether an owner may replace a key of its own by another one.
enum class Rekey { at_once, after_expiry, never };

/// A name, wanted for a key until a moment.
struct Claim {
    std::string name;
    nkeys::PublicKey key;
    Form form;
    std::string role;
    base::Time expires;
    Owner owner;
    std::optional<nkeys::PublicKey> requester = {};  ///< whom the server vouches for
    std::size_t holders = 1;                         ///< how many keys the owner may have under the name
};

/// A name that is to be kept, by a key that has it.
struct RenewalClaim {
    std::string name;
    nkeys::PublicKey key;
    std::string role;
    base::Time expires;
    std::int64_t generation = 0;  ///< of the JWT that is presented
    Owner owner = {};             ///< as far as the JWT says it
};

/// A key, and the last credentials that it got under a name.
struct NameKey {
    nkeys::PublicKey key;
    std::int64_t generation = 0;
    base::Time expires;

    bool operator==(const NameKey&) const = default;
};

/// What is known of a name.
///
/// Holds:   `holders` may be renewed, the newest last. `former` may not: their owner has put other keys in their place,
///          or the name was taken from them; at most `max_former`, the latest last.
struct NameRecord {
    static constexpr std::size_t max_former = 16;

    Owner owner;
    Form form = Form::key_bound;
    std::string role = {};
    base::Time expires;  ///< the last credentials that were issued under it
    std::optional<nkeys::PublicKey> requester = {};
    std::vector<NameKey> holders = {};
    std::vector<NameKey> former = {};

    /// Whether it stays its owner's when it has expired. One that was given out plainly, to nobody, does not.
    [[nodiscard]] bool outlives_expiry() const { return form == Form::key_bound || !owner.is_key(); }

    bool operator==(const NameRecord&) const = default;
};

/// What a claim or a renewal comes to.
struct Decision {
    NameRecord record;
    std::int64_t generation = 0;  ///< of the credentials that are to be issued
    /// Keys that this one replaces.
    std::vector<NameKey> superseded = {};
    /// The JWT that was presented is not the newest: a reply was lost, or somebody has a copy.
    bool stale_generation = false;
};

/// Decides on claims and renewals: the record that the name has from now on.
///
/// Holds:   a name belongs to its owner until `grace` after the last expiry. The owner may ask again with the same key,
///          and with other ones: as many as it may hold, and in the place of the one that it holds as `rekey` says. A
///          name given out plainly, where nobody is known, is taken while the credentials live, and free after that.
///          Generations count for each key; a renewal's is above all that is known of.
/// Fails:   access::Reason::name_taken, name_full, superseded.
class NameRule {
  public:
    explicit NameRule(std::chrono::seconds grace, Rekey rekey = Rekey::at_once)
        : grace_(grace), rekey_(rekey) {}

    [[nodiscard]] base::Result<Decision> decide(const Claim& claim, const std::optional<NameRecord>& known,
                                                base::Time now) const;

    [[nodiscard]] base::Result<Decision> renew(const RenewalClaim& renewal,
                                               const std::optional<NameRecord>& known, base::Time now) const;

    /// Nobody's any more: its keys are former ones.
    [[nodiscard]] NameRecord release(const NameRecord& known, base::Time now) const;
    /// Its owner's still, but keys that hold it, all or the one, are former ones.
    [[nodiscard]] NameRecord supersede(const NameRecord& known, const std::optional<nkeys::PublicKey>& key,
                                       base::Time now) const;
    /// Another owner's, who may claim it from now until `grace` is over; its keys are former ones.
    [[nodiscard]] NameRecord transfer(const NameRecord& known, const Owner& to, base::Time now) const;

    /// Whether a record no longer stands in anybody's way, so that it can be forgotten.
    [[nodiscard]] bool is_over(const NameRecord& record, base::Time now) const {
        return is_over(record.expires, record.outlives_expiry(), now);
    }
    [[nodiscard]] bool is_over(base::Time expires, bool outlives_expiry, base::Time now) const {
        return expires + (outlives_expiry ? grace_ : std::chrono::seconds(0)) < now;
    }

    [[nodiscard]] std::chrono::seconds grace() const noexcept { return grace_; }

  private:
    /// Where the owner has as many keys as it may.
    [[nodiscard]] base::Result<Decision> replace(const Claim& claim, NameRecord record, base::Time now) const;
    /// Former keys are known as such while their owner may still want the name back.
    void forget_former(NameRecord& record, base::Time now) const;

    std::chrono::seconds grace_;
    Rekey rekey_;
};

}  // namespace natscreds::provisioner
