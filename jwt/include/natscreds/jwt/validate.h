#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/jwt/token.h>

namespace natscreds::jwt {

/// How much an issue matters.
enum class Severity {
    error,    ///< servers and tools refuse such claims
    time,     ///< not in time: refused by a server, and all right in a store
    warning,  ///< works, and is probably not what was meant
};

/// One thing that is wrong with claims, in a sentence.
struct Issue {
    Severity severity;
    std::string text;
};

/// What validation needs to know of the world.
struct ValidationContext {
    base::Time now;
    /// Whether there is an IANA time zone of that name. The default looks into the system's database.
    std::function<bool(const std::string&)> is_time_zone = is_system_time_zone;

    static bool is_system_time_zone(const std::string& name);
};

/// Everything that is wrong with claims that decoded: all issues, not the first only. Nothing is said about
/// whether the issuer may be trusted.
/// Source: the Validate functions of nats-io/jwt v2; severities and their number are the same.
template <class C>
[[nodiscard]] std::vector<Issue> validate(const Decoded<C>& decoded, const ValidationContext& context);

/// What is wrong with a scope's permissions and limits, by the rules for a user's own.
[[nodiscard]] std::vector<Issue> validate_limits(const UserPermissionLimits& limits,
                                                 const ValidationContext& context);

/// Whether any of the issues is an error.
[[nodiscard]] bool has_errors(std::span<const Issue> issues);

}  // namespace natscreds::jwt
