#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/message.h>
#include <natscreds/jwt/authorization_claims.h>
#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::provisioner {

/// What a server's question has to be, to count.
struct CalloutExpectations {
    const nkeys::CurveKey* xkey = nullptr;  ///< ours: then every question has to be sealed for it
    base::Time now;
    std::chrono::seconds clock_tolerance{30};  ///< how far the servers' clocks may be from ours
};

/// A server's question whether a client may connect, opened: signed by the key that it names as the server's.
///
/// Shape:   at most 64 KiB, of which a client's certificates are most; the keys are of the right kind; the audience
///          is a callout's, and the question is not older than the server waits for an answer.
/// Holds:   where the client signed the server's nonce, its signature is right. Where the question was sealed, the
///          answer can be sealed for nobody but the server that signed it.
/// NOT:     trusted. Who may publish to the callout's subject can make one, with a server key of their own.
/// Source:  nats-server auth_callout.go.
struct CalloutRequest {
    nkeys::PublicKey server;
    nkeys::PublicKey user;                     ///< that the server made for this connection
    std::optional<nkeys::PublicKey> seal_for;  ///< the server's curve key, where it wants a sealed answer
    std::chrono::seconds timeout;              ///< how long the server waits for the answer
    jwt::AuthorizationRequestClaims claims;
};

/// The subject that servers ask on, in the callout's account.
inline constexpr std::string_view callout_subject = "$SYS.REQ.USER.AUTH";

/// Fails: access::Reason::too_large, malformed, bad_audience, stale, bad_signature (the nonce's).
[[nodiscard]] base::Result<CalloutRequest> open_callout_request(const bus::Message& message,
                                                                const CalloutExpectations& expected);

}  // namespace natscreds::provisioner
