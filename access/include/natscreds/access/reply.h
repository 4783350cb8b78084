#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/access/errc.h>
#include <natscreds/access/reason.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::access {

/// The header lines of a refusal, as the micro-services of NATS have them.
inline constexpr std::string_view error_code_header = "Nats-Service-Error-Code";
inline constexpr std::string_view error_header = "Nats-Service-Error";

/// What the service gives to a key-bound request.
struct Grant {
    std::string jwt;
    std::string name;
    std::string role;
    std::string subject;               ///< the requester's public key
    std::string account;               ///< that the JWT is for
    std::vector<std::string> issuers;  ///< whose signatures to believe about other people's names
    base::Time expires;
    std::optional<base::Time> renew_after;  ///< missing where the service does not renew
    std::string server_id;
    std::int64_t generation = 0;
};

[[nodiscard]] std::string encode_grant(const Grant& grant);

/// The body of a refusal in the key-bound form. `error` carries a Reason; `now` is added for Reason::stale.
[[nodiscard]] std::string encode_refusal(const base::Error& error, base::Time now);

/// The body of a refusal in the plain form: -ERR 'message'.
[[nodiscard]] std::string encode_plain_refusal(const base::Error& error);

/// Reads a reply's body. A refusal is an error with its Reason (Errc::refused for one not known here) and
/// with the service's own sentence; Errc::not_a_reply for anything else.
[[nodiscard]] base::Result<Grant> parse_reply(std::string_view body);

/// What a grant has to agree with before it is believed.
struct Expectation {
    nkeys::PublicKey key;
    std::string name;
    std::optional<nkeys::PublicKey> account;  ///< none: whichever the grant is for
    base::Time now;
};

/// The grant's JWT, when it is for this key, name and account, signed by one of the grant's issuers, and in
/// time. Fails: Errc::other_key ... not_in_time, or what jwt::decode says.
[[nodiscard]] base::Result<jwt::Decoded<jwt::UserClaims>> verify(const Grant& grant,
                                                                 const Expectation& expected);

}  // namespace natscreds::access
