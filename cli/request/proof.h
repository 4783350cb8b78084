#pragma once

#include <optional>

#include <natscreds/access/client.h>

#include "access.h"

namespace natscreds::request {

/// A proof of who asks, as the options say: from a file, a variable, GitHub's runners or a person's login; fresh each
/// time that it is asked for.
///
/// Thread:  one at a time.
class Proof {
  public:
    /// All must outlive it.
    Proof(const Invocation& invocation, const AccessOptions& options);

    /// Whether what the options say makes sense. Fails: bus::Errc::bad_option.
    [[nodiscard]] base::Status check() const;

    /// Where --login is given: asks the person, unless what is kept of a login is good. Fails: as login::Login::log_in.
    [[nodiscard]] base::Status log_in();

    /// Nothing where none was asked for. Fails: as base::read_secret_file, login::github_token and login::Login::token;
    /// bus::Errc::bad_option for a variable that is not set.
    [[nodiscard]] base::Result<std::optional<access::Identity>> fresh();

  private:
    [[nodiscard]] base::Result<base::Secret> read() const;

    const Invocation& invocation_;
    const AccessOptions& options_;
    std::optional<login::Login> login_;
};

/// nats-req --logout.
[[nodiscard]] console::ExitCode run_logout(const Invocation& invocation, const AccessOptions& options);

}  // namespace natscreds::request
