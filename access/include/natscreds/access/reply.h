#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
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
    /// Where this key has replaced another one of the same owner: until when the other one's credentials live.
    std::optional<base::Time> superseded_until = {};
};

/// Why the service gives nothing.
struct Refusal {
    base::Error error;  ///< a Reason and a sentence; Errc::refused where the
                        ///< reason is not known here
    std::optional<std::chrono::seconds> retry_after = {};  ///< where waiting helps
    std::optional<base::Time> now = {};                    ///< the service's time, with Reason::stale
};

/// Whether an access request that was refused so is refused so again, however long one waits.
[[nodiscard]] bool is_final(const Refusal& refusal) noexcept;

using Reply = std::variant<Grant, Refusal>;

[[nodiscard]] std::string encode_grant(const Grant& grant);

/// The body of a refusal in the key-bound form. What carries no Reason is written as malformed.
[[nodiscard]] std::string encode_refusal(const Refusal& refusal);

/// The body of a refusal in the plain form: -ERR 'message'.
[[nodiscard]] std::string encode_plain_refusal(const base::Error& error);

/// Reads a reply's body. The sentence of a refusal is the service's own, on one printable line.
/// Fails: Errc::not_a_reply.
[[nodiscard]] base::Result<Reply> parse_reply(std::string_view body);

/// The issuers that a grant names, as keys; what is no account's key is left out.
[[nodiscard]] std::vector<nkeys::PublicKey> issuers_of(const Grant& grant);

/// What a grant has to agree with before it is believed.
struct Expectation {
    nkeys::PublicKey key;
    std::string name;                         ///< empty: whichever the service has chosen
    std::optional<nkeys::PublicKey> account;  ///< none: whichever the grant is for
    base::Time now;
};

/// The grant's JWT, when it is for this key, name and account, signed by one of the grant's issuers, in time,
/// and ends when the grant says. Fails: Errc::other_key ... other_expiry, or what jwt::decode says.
[[nodiscard]] base::Result<jwt::Decoded<jwt::UserClaims>> verify(const Grant& grant,
                                                                 const Expectation& expected);

}  // namespace natscreds::access
