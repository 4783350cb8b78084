#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <natscreds/access/request.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::provisioner {

/// How a name is asked for.
enum class Form {
    key_bound,  ///< by a key that proved itself
    plain,      ///< by nobody in particular; the key was made for the occasion
};

/// A name, wanted for a key until a moment.
struct Claim {
    std::string name;
    nkeys::PublicKey key;
    Form form;
    std::string role;
    base::Time expires;
    std::optional<nkeys::PublicKey> requester = {};  ///< whom the server vouches for
};

/// A name that is to be kept, by the key that has it.
struct Renewal {
    std::string name;
    nkeys::PublicKey key;
    std::string role;
    base::Time expires;
    std::int64_t generation = 0;  ///< of the JWT that is presented
};

/// What is known of a name: the last credentials that were issued under it.
struct NameRecord {
    nkeys::PublicKey key;
    Form form;
    std::string role;
    std::int64_t generation = 0;
    base::Time expires;
    std::optional<nkeys::PublicKey> requester = {};

    bool operator==(const NameRecord&) const = default;
};

/// What a renewal comes to.
struct Renewed {
    NameRecord record;
    /// The JWT that was presented is not the newest: a reply was lost, or somebody has a copy.
    bool stale_generation = false;
};

/// Decides on claims and renewals: the record that the name has from now on.
///
/// Holds:   a name claimed by a key belongs to it until `grace` after the last expiry, and that key may ask
///          again. A name given out plainly is taken while the credentials live, and free after that.
///          A renewal's generation is above all that is known of.
/// Fails:   access::Reason::name_taken.
class NameRule {
  public:
    explicit NameRule(std::chrono::seconds grace) : grace_(grace) {}

    [[nodiscard]] base::Result<NameRecord> decide(const Claim& claim, const std::optional<NameRecord>& known,
                                                  base::Time now) const;

    [[nodiscard]] base::Result<Renewed> renew(const Renewal& renewal, const std::optional<NameRecord>& known,
                                              base::Time now) const;

    /// Whether a record no longer stands in anybody's way, so that it can be forgotten.
    [[nodiscard]] bool is_over(const NameRecord& record, base::Time now) const;

    [[nodiscard]] std::chrono::seconds grace() const noexcept { return grace_; }

  private:
    std::chrono::seconds grace_;
};

}  // namespace natscreds::provisioner
