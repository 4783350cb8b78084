#pragma once

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
};

/// The body to send: a NATS v2 generic JWT, type "renew_request", with a fresh nonce.
[[nodiscard]] std::string encode_renewal(const jwt::Token& current, const nkeys::SigningKey& key,
                                         const RequestOrigin& origin, base::Random& random);

/// Reads and checks a renewal request.
/// Fails: Reason::malformed, bad_audience, stale (more than clock_tolerance off); bad_signature when the key
///        that signed it is not the one it names, or not the one that the JWT inside is about.
[[nodiscard]] base::Result<RenewalRequest> parse_renewal(std::string_view body,
                                                         const RequestOrigin& expected);

}  // namespace natscreds::access
