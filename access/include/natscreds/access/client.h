#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <natscreds/access/reply.h>
#include <natscreds/access/request.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/jwt/creds.h>

namespace natscreds::access {

struct Question {
    Wish wish;
    std::string subject;                        ///< without the requester's key; also the audience
    std::optional<nkeys::PublicKey> requester;  ///< whom the connection's credentials are for
    std::optional<nkeys::PublicKey> expected_account;
    std::chrono::milliseconds timeout{5000};
};

struct Granted {
    Grant grant;
    jwt::Credentials credentials;
};

/// Makes a key, asks for a JWT for it, and checks the reply.
///
/// The vouched subject is tried first, when the requester is known; the direct one when nobody answers
/// there or the server does not allow it.
/// Fails: with a Reason when the service refuses; bus::Errc when it cannot be asked; Errc or jwt::Errc when
///        its reply does not verify.
[[nodiscard]] base::Result<Granted> request_access(bus::Connection& connection, const Question& question,
                                                   const base::Clock& clock, base::Random& random);

}  // namespace natscreds::access
