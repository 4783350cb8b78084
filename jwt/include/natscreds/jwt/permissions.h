#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/jwt/extra.h>

namespace natscreds::jwt {

/// No limit.
inline constexpr std::int64_t no_limit = -1;

/// Subjects that are allowed and denied; an empty `allow` allows everything, and `deny` always wins.
/// In a subscription's list "subject queue" names a queue group.
struct Permission {
    std::vector<std::string> allow;
    std::vector<std::string> deny;
    Extra extra;

    [[nodiscard]] bool empty() const { return allow.empty() && deny.empty(); }
    bool operator==(const Permission&) const = default;
};

/// Leave to publish to the reply subject of a message that was received: so many times, for so long.
struct ResponsePermission {
    std::int64_t max = 1;
    std::chrono::nanoseconds ttl{0};
    Extra extra;

    bool operator==(const ResponsePermission&) const = default;
};

struct Permissions {
    Permission pub;
    Permission sub;
    std::optional<ResponsePermission> resp;

    bool operator==(const Permissions&) const = default;
};

/// Times of a day, "15:04:05", between which a user may be connected.
struct TimeRange {
    std::string start;
    std::string end;
    Extra extra;

    bool operator==(const TimeRange&) const = default;
};

/// What a user, or all users of a scoped signing key, may do.
/// Source: nats-io/jwt v2 user_claims.go, UserPermissionLimits.
struct UserPermissionLimits : Permissions {
    std::vector<std::string> src;  ///< networks (CIDR) to connect from
    std::vector<TimeRange> times;
    std::string times_location;  ///< IANA time zone of `times`
    std::int64_t subs = no_limit;
    std::int64_t data = no_limit;
    std::int64_t payload = no_limit;  ///< bytes of one message
    bool bearer_token = false;        ///< may connect without proving possession of the key
    bool proxy_required = false;
    std::vector<std::string> allowed_connection_types;  ///< STANDARD WEBSOCKET LEAFNODE MQTT ...; empty: any

    bool operator==(const UserPermissionLimits&) const = default;
};

}  // namespace natscreds::jwt
