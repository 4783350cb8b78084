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
};

/// What is known of a name: the last credentials that were issued under it.
struct NameRecord {
    nkeys::PublicKey key;
    Form form;
    std::string role;
    std::int64_t generation = 0;
    base::Time expires;

    bool operator==(const NameRecord&) const = default;
};

/// Decides on a claim: the record that the name has from now on.
///
/// Holds:   a name claimed by a key belongs to it until `grace` after the last expiry, and that key may ask
///          again. A name given out plainly is taken while the credentials live, and free after that.
/// Fails:   access::Reason::name_taken.
class NameRule {
  public:
    explicit NameRule(std::chrono::seconds grace) : grace_(grace) {}

    [[nodiscard]] base::Result<NameRecord> decide(const Claim& claim, const std::optional<NameRecord>& known,
                                                  base::Time now) const;

    /// Whether a record no longer stands in anybody's way, so that it can be forgotten.
    [[nodiscard]] bool is_over(const NameRecord& record, base::Time now) const;

  private:
    std::chrono::seconds grace_;
};

}  // namespace natscreds::provisioner
