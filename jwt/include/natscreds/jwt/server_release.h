#pragma once

#include <compare>

namespace natscreds::jwt {

/// A release of nats-server, "2.10", where releases differ in whom they let in or what they allow.
struct ServerRelease {
    int major = 2;
    int minor = 0;

    friend auto operator<=>(const ServerRelease&, const ServerRelease&) = default;
};

/// The newest that was tried.
inline constexpr ServerRelease newest_release{2, 15};

}  // namespace natscreds::jwt
