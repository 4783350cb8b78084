#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>

/// What an issuer answers to somebody who logs in.
///
/// Holds:   texts are printable ASCII, tokens have no blanks, and none is longer than 16 KiB; addresses begin with https://.
/// Fails:   Errc::bad_answer where it is not said otherwise; the detail says which field is wrong.
namespace natscreds::login {

/// Where an issuer is asked. Source: OpenID Connect Discovery 1.0 section 3, RFC 8414.
struct Endpoints {
    std::string device_authorization;
    std::string token;
    std::string revocation;  ///< empty: it revokes nothing
    bool offline_access =
        false;  ///< whether this scope may be asked for, with which some give refresh tokens alone
};

/// Fails: Errc::bad_issuer, no_device_login.
[[nodiscard]] base::Result<Endpoints> parse_endpoints(std::string_view document, std::string_view issuer);

/// What a person is told, and how long the program waits for them. Source: RFC 8628 section 3.2.
struct DeviceCode {
    base::Secret code;
    std::string user_code;
    std::string address;
    std::string whole_address;  ///< with the code in it; empty: none
    std::chrono::seconds valid_for{};
    std::chrono::seconds interval{5};
};

[[nodiscard]] base::Result<DeviceCode> parse_device_code(std::string_view answer);

/// Each empty where it was not given. Source: RFC 6749 section 5.1, OpenID Connect Core 1.0 section 3.1.3.3.
struct Tokens {
    base::Secret access;
    base::Secret identity;
    base::Secret refresh;
    std::chrono::seconds valid_for{60};
};

[[nodiscard]] base::Result<Tokens> parse_tokens(std::string_view answer);

/// Why there are none: Errc::pending, slow_down, denied, code_expired, ended or refused, in the issuer's words.
/// Source: RFC 6749 section 5.2, RFC 8628 section 3.5.
[[nodiscard]] base::Error parse_refusal(std::string_view answer);

/// The token in an answer of GitHub's runners: {"value":"..."}.
[[nodiscard]] base::Result<base::Secret> parse_github_token(std::string_view answer);

}  // namespace natscreds::login
