#pragma once

#include <chrono>
#include <optional>
#include <variant>

#include <natscreds/access/reply.h>
#include <natscreds/access/request.h>
#include <natscreds/access/subjects.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/requests.h>
#include <natscreds/jwt/creds.h>

namespace natscreds::access {

/// What a client asks the service with.
struct Service {
    bus::Requests& requests;
    const base::Clock& clock;
    base::Random& random;
    Subjects subjects;
    std::chrono::milliseconds timeout{5000};
};

/// Credentials that the service gave and that verify; or why it gave none.
struct Granted {
    Grant grant;
    jwt::Credentials credentials;
};
using Answer = std::variant<Granted, Refusal>;

struct AccessQuery {
    AccessOptions options;
    std::optional<nkeys::PublicKey> requester;  ///< whom the connection's own credentials are for
    std::optional<nkeys::PublicKey> expected_account;
    const nkeys::SigningKey* key = nullptr;  ///< whom the JWT is for; none: a new one
    unsigned attempts = 1;                   ///< while no reply comes, each with the same key
};

/// Asks for a JWT for the key of the query, or for a new one, and checks the reply. A reply can be lost when the
/// name is taken already: it is asked again with the same key, to which the service grants it again.
///
/// The vouched subject is tried first, when the requester is known; the direct one when nobody answers
/// there or the server does not allow it.
/// Fails: bus::Errc when the service cannot be asked, no_responders rather than permission_denied where both subjects
///        failed; Errc or jwt::Errc when its reply does not verify.
[[nodiscard]] base::Result<Answer> request_access(const Service& service, const AccessQuery& query);

/// Asks for a newer JWT for the same key, name and account, and checks the reply. The requests must go as
/// the user whose credentials these are. Credentials that were issued on a proof of identity need a fresh one.
/// Subjects and failures as above.
[[nodiscard]] base::Result<Answer> request_renewal(const Service& service, const jwt::Credentials& current,
                                                   const std::optional<Identity>& identity = {});

/// The account that a user JWT is for: its issuer, unless a signing key says for whom it signed.
[[nodiscard]] base::Result<nkeys::PublicKey> account_of(const jwt::Decoded<jwt::UserClaims>& user);

}  // namespace natscreds::access
