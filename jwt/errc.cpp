#include <natscreds/jwt/errc.h>

#include <natscreds/base/error_category.h>

namespace natscreds::jwt {
namespace {

const char* describe(Errc code) {
    switch (code) {
        case Errc::too_large:
            return "the token is longer than a megabyte";
        case Errc::bad_shape:
            return "the token does not have three parts";
        case Errc::bad_base64:
            return "a part of the token is not base64url";
        case Errc::bad_json:
            return "a part of the token is not JSON of the expected shape";
        case Errc::bad_header:
            return "the token does not have the header of a NATS token";
        case Errc::old_version:
            return "the token is of version 1";
        case Errc::unknown_version:
            return "the token is of an unknown version";
        case Errc::wrong_type:
            return "the token is of another type";
        case Errc::bad_signature:
            return "the token's signature does not verify";
        case Errc::wrong_issuer_kind:
            return "the token's issuer may not issue such claims";
        case Errc::bad_subject:
            return "the token's subject is not a key of the right kind";
        case Errc::not_in_time:
            return "the token has expired, or does not hold yet";
        case Errc::untrusted_issuer:
            return "the token's issuer is not one that may sign it";
        case Errc::revoked:
            return "the account has revoked the token";
        case Errc::own_permissions:
            return "the token of a scoped key's user has permissions of its own";
        case Errc::bad_template:
            return "the scope's template cannot be filled in";
        case Errc::bad_creds:
            return "not a creds file: a JWT and a seed are expected between lines of dashes";
        case Errc::key_mismatch:
            return "the seed is not that of the JWT's subject";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<Errc> category("jwt", describe);

}  // namespace

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), category};
}

}  // namespace natscreds::jwt
