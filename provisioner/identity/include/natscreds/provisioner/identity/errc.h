#pragma once

#include <system_error>

namespace natscreds::provisioner::identity {

/// Every way in which a proof of identity, or what it is checked against, can be wrong.
enum class Errc {
    too_large = 1,          ///< longer than such a token, key set or answer ever is
    bad_shape,              ///< not three non-empty parts with dots between
    bad_base64,             ///< a part that is not base64url
    bad_json,               ///< not a JSON object, nested too deep, or with a field twice
    bad_header,             ///< a header with more than is understood, or with that in another shape
    unknown_algorithm,      ///< signed in a way that is not accepted
    bad_claim,              ///< a claim that is missing, or of another shape
    bad_key_set,            ///< not a key set, or with a key that is malformed or too weak
    unknown_key,            ///< signed by a key that the issuer does not publish
    bad_signature,          ///< not signed by the key it names
    wrong_issuer,           ///< made by another cluster
    wrong_audience,         ///< made for somebody else
    wrong_party,            ///< handed to a client that is not among those allowed
    expired,                ///< its time is over
    not_yet_valid,          ///< its time has not begun
    not_a_service_account,  ///< its subject is not the ServiceAccount that its claims describe
    not_bound,              ///< bound to no object of the kinds that are asked for
    not_authenticated,      ///< the API server does not accept it
    bad_answer,             ///< an answer that is not one to our question, or about somebody else
    bad_role,               ///< a NatsServiceRole that does not say plainly what it allows
    bad_discovery,          ///< a discovery document of another issuer, or that names no https key set
    refused,                ///< the API server says no to what we ask
    unreachable,            ///< the issuer does not answer
    no_rule,                ///< genuine, and no rule gives whom it names a role
    stale_keys,         ///< the issuer has not answered for so long that its keys are not trusted any more
    bad_password_file,  ///< a file of passwords with a line that is none of one
    wrong_password,     ///< unknown user, or wrong password than the user's
    bad_certificate,    ///< not a certificate, or with a name that can be read in two ways
    untrusted_certificate,  ///< not of an authority that is trusted here, not in time, or not a client's
};

std::error_code make_error_code(Errc) noexcept;

}  // namespace natscreds::provisioner::identity

template <>
struct std::is_error_code_enum<natscreds::provisioner::identity::Errc> : std::true_type {};
