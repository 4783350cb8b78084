#include <natscreds/login/errc.h>

#include <natscreds/base/error_category.h>

namespace natscreds::login {
namespace {

const char* describe(Errc code) {
    switch (code) {
        case Errc::bad_issuer:
            return "the issuer's discovery document cannot be used";
        case Errc::no_device_login:
            return "the issuer does not offer a login by device code";
        case Errc::bad_answer:
            return "the issuer's answer is malformed";
        case Errc::pending:
            return "nobody has entered the code yet";
        case Errc::slow_down:
            return "the issuer is asked too often";
        case Errc::denied:
            return "the login was denied";
        case Errc::code_expired:
            return "nobody entered the code in time";
        case Errc::ended:
            return "the login has ended";
        case Errc::refused:
            return "the issuer refuses";
        case Errc::not_logged_in:
            return "not logged in";
        case Errc::no_token:
            return "the issuer gave no token that can be shown";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<Errc> category("login", describe);

}  // namespace

std::error_code make_error_code(Errc code) noexcept {
    return {static_cast<int>(code), category};
}

}  // namespace natscreds::login
