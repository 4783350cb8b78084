#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <natscreds/access/request.h>
#include <natscreds/jwt/token.h>

namespace natscreds::access {

/// A renewal request: a user shows its JWT, signs that with the same key, and wants a newer one for the same
/// key, name and role.
///
/// NOT:     trusted. `current` decodes and is the requester's own; that one of our signing keys issued it,
///          for which account, and whether it is in time and not denied, is for the service to find out.
struct RenewalRequest {
    nkeys::PublicKey key;
    jwt::Decoded<jwt::UserClaims> current;
    base::Time issued_at;
    std::optional<Identity> identity = {};  ///< a fresh proof of who asks, for a JWT that was issued on one
};

/// What a renewal is asked for with.
struct Renewing {
    const jwt::Token& current;
    const Identity* identity = nullptr;
};

/// The body to send: a NATS v2 generic JWT, type "renew_request", with a fresh nonce.
[[nodiscard]] std::string encode_renewal(const Renewing& renewing, const nkeys::SigningKey& key,
                                         const RequestOrigin& origin, base::Random& random);

/// Reads and checks a renewal request.
/// Fails: Reason::malformed, bad_audience, stale (more than clock_tolerance off); bad_signature when the key
///        that signed it is not the one it names, or not the one that the JWT inside is about;
///        bad_identity as parse_request.
[[nodiscard]] base::Result<RenewalRequest> parse_renewal(std::string_view body,
                                                         const RequestOrigin& expected);

}  // namespace natscreds::access
