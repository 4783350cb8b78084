#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/access/reason.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::access {

/// How far the requester's clock may be from ours.
inline constexpr std::chrono::seconds clock_tolerance{30};

/// A proof of who asks that another system made: a token of Kubernetes, say. Whoever has it could show it.
struct Identity {
    std::string kind;  ///< "kubernetes"
    base::Secret token;
};

/// What a requester may say about the credentials it wants.
struct AccessOptions {
    std::string name;
    std::string role = {};                         ///< empty: the service's default role
    std::optional<std::chrono::seconds> ttl = {};  ///< may only shrink what the role gives
    std::optional<Identity> identity = {};
};

/// A key-bound access request: a options, signed with the new user's own key, which never leaves its owner.
struct AccessRequest {
    nkeys::PublicKey key;
    AccessOptions options;
    base::Time issued_at;
};

/// What a request, of either kind, is made or checked against.
struct RequestOrigin {
    std::string_view audience;  ///< the subject without the requester's key
    base::Time now;
};

/// The body to send: a NATS v2 generic JWT, type "access_request", with a fresh nonce.
[[nodiscard]] std::string encode_request(const AccessOptions& options, const nkeys::SigningKey& key,
                                         const RequestOrigin& origin, base::Random& random);

/// Reads and checks a key-bound request. Nothing when the body is no token at all (two dots, and parts that
/// decode): then it is in the plain form.
/// Fails: Reason::malformed, bad_audience, bad_signature, stale (more than clock_tolerance off), bad_ttl,
///        bad_identity (one that is not a kind and a token; nobody has checked what it proves).
[[nodiscard]] std::optional<base::Result<AccessRequest>> parse_request(std::string_view body,
                                                                       const RequestOrigin& expected);

}  // namespace natscreds::access
