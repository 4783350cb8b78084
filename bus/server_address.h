#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>

namespace natscreds::bus {

/// A server as people write it, in its parts.
///
/// Shape:   [SCHEME://][USER:PASSWORD@|TOKEN@]HOST[:PORT], an IPv6 address in brackets. Before the '@' each byte may be
///          written as '%' and two hexadecimal digits.
/// Holds:   `url` begins with a scheme in small letters, and has nothing secret in it.
/// Fails:   Errc::bad_option: a '%' without two hexadecimal digits behind it. The detail has no secret.
/// Source:  RFC 3986; nats.go, which takes what stands alone before the '@' for a token.
struct ServerAddress {
    std::string url;
    std::string user;
    base::Secret password;
    base::Secret token;

    [[nodiscard]] bool says_who() const noexcept { return !user.empty() || !token.empty(); }

    [[nodiscard]] static base::Result<ServerAddress> parse(const std::string& text);
};

/// What stands before the '@', as it was written.
[[nodiscard]] std::optional<std::string_view> user_part(std::string_view server) noexcept;

}  // namespace natscreds::bus
