#pragma once

#include <system_error>

namespace natscreds::login {

/// Every way in which a login, or a token for who is logged in, can fail; besides those of https::Errc.
enum class Errc {
    bad_issuer = 1,   ///< a discovery document of another issuer, or one that cannot be used
    no_device_login,  ///< an issuer that does not offer the device authorization grant
    bad_answer,       ///< an answer that is not what the RFCs say
    pending,          ///< nobody has entered the code yet
    slow_down,        ///< the same, and it was asked for too often
    denied,           ///< somebody said no
    code_expired,     ///< nobody entered the code in time
    ended,            ///< what was kept of a login is not accepted any more
    refused,          ///< the issuer says no for another reason
    not_logged_in,    ///< nothing is kept of a login
    no_token,         ///< an answer without the token that is to be shown
};

std::error_code make_error_code(Errc) noexcept;

}  // namespace natscreds::login

template <>
struct std::is_error_code_enum<natscreds::login::Errc> : std::true_type {};
