#include <natscreds/access/errc.h>

#include <natscreds/base/error_category.h>

namespace natscreds::access {
namespace {

const char* describe(Errc code) {
    switch (code) {
        case Errc::refused:
            return "the service refused";
        case Errc::not_a_reply:
            return "the reply is not one of the provisioning service's";
        case Errc::other_key:
            return "the reply is for another key";
        case Errc::other_name:
            return "the reply is for another name";
        case Errc::other_account:
            return "the reply is for another account";
        case Errc::other_issuer:
            return "the reply's JWT is not signed by an issuer that it names";
        case Errc::not_in_time:
            return "the credentials cannot be used now";
        case Errc::other_expiry:
            return "the reply's JWT does not expire when the reply says";
        case Errc::not_renewable:
            return "the credentials never end, so that there is nothing to renew";
        case Errc::of_others:
            return "it stays as it is";
        case Errc::bad_prefix:
            return "this cannot be the beginning of the service's subjects";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<Errc> reply_category("access reply", describe);

}  // namespace

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), reply_category};
}

}  // namespace natscreds::access
