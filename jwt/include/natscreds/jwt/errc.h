#pragma once

#include <system_error>

namespace natscreds::jwt {

/// Every way in which a token, a claim or a creds file can be wrong.
enum class Errc {
    too_large = 1,      ///< longer than a megabyte
    bad_shape,          ///< not three non-empty parts with dots between
    bad_base64,         ///< a part that is not base64url
    bad_json,           ///< a part that is not a JSON object of the expected shape, or is nested too deep
    bad_header,         ///< not the header of a NATS token
    old_version,        ///< a version 1 token
    unknown_version,    ///< made for a newer version than 2, or for none
    wrong_type,         ///< a good token of another type than asked for
    bad_signature,      ///< not signed by the key it names as its issuer
    wrong_issuer_kind,  ///< such claims cannot be issued by such a key
    bad_subject,        ///< the subject is not a key of the kind that such claims are about
    not_in_time,        ///< expired, or not yet valid
    untrusted_issuer,   ///< signed by a key that the level above does not list, or may not use
    revoked,            ///< issued before the moment up to which the account revoked its user
    own_permissions,    ///< a user of a scoped key that carries permissions of its own
    bad_template,       ///< a template that a server would not fill in
    bad_creds,          ///< not a creds file: no JWT or no seed between lines of dashes
    key_mismatch,       ///< a creds file whose seed is not that of its JWT's subject
};

std::error_code make_error_code(Errc) noexcept;

}  // namespace natscreds::jwt

template <>
struct std::is_error_code_enum<natscreds::jwt::Errc> : std::true_type {};
