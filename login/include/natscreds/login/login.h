#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>
#include <natscreds/login/answers.h>

namespace natscreds::login {

/// What a person is asked to do, on whatever device they like.
struct Prompt {
    std::string address;
    std::string code;
    std::string whole_address;  ///< with the code in it; empty: none
    std::chrono::seconds valid_for{};
};

/// A person's login at an OpenID Connect issuer, as one of its public clients: once by a code that they enter at the
/// issuer's page, and from then on by the refresh token that is kept.
///
/// Holds:   without an audience what is shown is the ID token, which every issuer makes out for the client; with one the
///          access token for that audience. A refresh token is written down before its first use is over, so that
///          issuers may replace it each time.
/// Thread:  one at a time.
/// Fails:   as https::ask and KeptLogin; every Errc but pending and slow_down. Details name the address that was asked.
/// Source:  RFC 8628 (device authorization grant), RFC 6749 section 6 (refresh), RFC 7009 (revocation), RFC 8707
///          (resource); OpenID Connect Discovery 1.0.
class Login {
  public:
    /// What is referred to must outlive it.
    struct Parts {
        std::string issuer;
        std::string client;
        std::string audience = {};
        std::filesystem::path folder;  ///< where logins are kept
        std::filesystem::path ca =
            {};  ///< who signed the issuer's certificate; empty: whom the system trusts
        const base::IntervalClock& intervals;
        /// Waits; false: the login is to be given up, which fails with std::errc::operation_canceled.
        std::function<bool(std::chrono::seconds)> pause;
        std::function<void(const Prompt&)> ask_person;
    };
    explicit Login(Parts parts) : parts_(std::move(parts)) {}

    enum class Lasting { kept, as_long_as_its_token };
    /// Asks a person, unless what is kept is good for a token.
    [[nodiscard]] base::Result<Lasting> log_in();

    /// A token that says who is logged in; asks nobody.
    [[nodiscard]] base::Result<base::Secret> token();

    /// Has the issuer forget the login, and removes what is kept. Where the issuer cannot be told, it stays.
    [[nodiscard]] base::Status log_out();

  private:
    [[nodiscard]] base::Result<Endpoints> endpoints();
    [[nodiscard]] base::Result<std::string> post(const std::string& url, std::string body) const;
    [[nodiscard]] base::Result<Tokens> tokens(const std::string& url, std::string body) const;
    [[nodiscard]] base::Result<DeviceCode> begin(const Endpoints& at) const;
    [[nodiscard]] base::Result<Tokens> wait_for_person(const Endpoints& at, const DeviceCode& code) const;
    [[nodiscard]] base::Result<Tokens> refresh(const base::Secret& token);
    [[nodiscard]] base::Status take(Tokens tokens, Lasting lasting);

    const Parts parts_;
    std::optional<Endpoints> endpoints_;
    base::Secret token_;
    base::Instant good_until_{};
};

}  // namespace natscreds::login
