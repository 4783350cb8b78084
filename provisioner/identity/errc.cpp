#include <natscreds/provisioner/identity/errc.h>

#include <natscreds/base/error_category.h>

namespace natscreds::provisioner::identity {
namespace {

const char* describe(Errc code) {
    switch (code) {
        case Errc::too_large:
            return "longer than it can be";
        case Errc::bad_shape:
            return "the token does not have three parts";
        case Errc::bad_base64:
            return "a part of the token is not base64url";
        case Errc::bad_json:
            return "not a JSON object that can be read in one way only";
        case Errc::bad_header:
            return "the token's header has something that is not understood";
        case Errc::unknown_algorithm:
            return "the token is signed in a way that is not accepted";
        case Errc::bad_claim:
            return "a claim of the token is missing or malformed";
        case Errc::bad_key_set:
            return "the issuer's key set cannot be used";
        case Errc::unknown_key:
            return "the token's issuer publishes no such key";
        case Errc::bad_signature:
            return "the token's signature does not verify";
        case Errc::wrong_issuer:
            return "the token is of another issuer";
        case Errc::wrong_audience:
            return "the token was made for another audience";
        case Errc::wrong_party:
            return "the token was issued to a client that is not accepted here";
        case Errc::expired:
            return "the token has expired";
        case Errc::not_yet_valid:
            return "the token does not hold yet";
        case Errc::not_a_service_account:
            return "the token's subject is not the ServiceAccount that it describes";
        case Errc::not_bound:
            return "the token is not bound to an object that must exist";
        case Errc::not_authenticated:
            return "the API server does not accept the token";
        case Errc::bad_answer:
            return "the API server answered something else than a TokenReview";
        case Errc::bad_role:
            return "the NatsServiceRole cannot be used";
        case Errc::bad_discovery:
            return "the issuer's discovery document cannot be used";
        case Errc::refused:
            return "the API server refuses";
        case Errc::unreachable:
            return "the issuer does not answer";
        case Errc::no_rule:
            return "no rule gives a role to this identity";
        case Errc::stale_keys:
            return "the issuer's keys are too old to be trusted";
        case Errc::bad_password_file:
            return "the file of passwords cannot be used";
        case Errc::wrong_password:
            return "unknown user, or wrong password";
        case Errc::bad_certificate:
            return "not a certificate that can be read in one way only";
        case Errc::untrusted_certificate:
            return "the certificate is not trusted here";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<Errc> category("identity", describe);

}  // namespace

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), category};
}

}  // namespace natscreds::provisioner::identity
