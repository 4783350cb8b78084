#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/claims.h>

namespace natscreds::provisioner::identity {

/// A claim, one of whose values has to be as one of the patterns says; `*` in them stands for any characters.
struct Condition {
    std::string claim;
    std::vector<std::string> patterns;

    bool operator==(const Condition&) const = default;
};

/// What those are given whose claims meet all conditions.
struct IdentityRule {
    std::vector<Condition> when = {};  ///< none: everybody of the issuer
    std::string role = {};
    std::string name = {};                         ///< a pattern without `*`; empty: as the role says
    std::optional<std::chrono::seconds> ttl = {};  ///< empty: as the role says

    bool operator==(const IdentityRule&) const = default;
};

/// The first rule that matches.
/// Fails: Errc::no_rule; its detail says of each rule which condition was not met, with the claim's value.
[[nodiscard]] base::Result<IdentityRule> choose_rule(const std::vector<IdentityRule>& rules,
                                                     const Claims& claims);

}  // namespace natscreds::provisioner::identity
