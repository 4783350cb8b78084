#pragma once

#include <iosfwd>
#include <string>
#include <system_error>

#include <natscreds/base/interval_clock.h>
#include <natscreds/bus/settings.h>
#include <natscreds/cli/console/command.h>
#include <natscreds/cli/console/reporter.h>
#include <natscreds/login/login.h>

/// A person at a program's terminal logs in at an OpenID Connect issuer.
namespace natscreds::person {

/// What the command line says of it.
struct LoginFlags {
    std::string issuer;     ///< at which the person logs in; empty: none does
    std::string client_id;  ///< of this program, at that issuer
    std::string audience;   ///< of the token that the issuer makes; empty: the client
};

/// The options beside a program's --login, which its help mentions there: --client-id, and --audience with this help.
[[nodiscard]] console::Option client_id_option(LoginFlags& flags);
[[nodiscard]] console::Option audience_option(LoginFlags& flags, std::string help);

/// What a program sees of the world outside it; all must outlive the login.
struct LoginWorld {
    const bus::Environment& environment;
    const base::IntervalClock& intervals;
    const console::Reporter& reporter;
    std::ostream& err;  ///< where a QR code goes, if standard error is a terminal that is wide enough
};

/// What is missing, as a sentence about the options; empty: nothing is.
[[nodiscard]] std::string objection(const LoginFlags& flags, const bus::Environment& environment);

/// A login there, which tells the person what to do by the reporter, and is kept in the state folder.
[[nodiscard]] login::Login login_of(const LoginFlags& flags, const LoginWorld& world);

/// Asks the person, unless what is kept of a login is good, and says so where nothing can be kept.
/// Fails: as login::Login::log_in.
[[nodiscard]] base::Status log_in(login::Login& login, const console::Reporter& reporter);

/// Whether an error is a matter between the person and the issuer; what to do about it is then said by login_failed().
[[nodiscard]] bool is_about_login(const std::error_code& error);
[[nodiscard]] console::ExitCode login_failed(const console::Reporter& reporter, const base::Error& error);

}  // namespace natscreds::person
