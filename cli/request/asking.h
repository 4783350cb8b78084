#pragma once

#include <optional>
#include <string>

#include <natscreds/access/client.h>

#include "access.h"
#include "proof.h"

namespace natscreds::request {

/// --subject, without the last token, which every service has. Fails: bus::Errc::bad_option.
[[nodiscard]] base::Result<access::Subjects> subjects(const AccessOptions& options);

/// Asks for access as a requester: by a connection of its own each time, for between two of them lie hours, or an
/// outage.
///
/// Thread:  one at a time.
class Asking {
  public:
    /// All must outlive it.
    Asking(Invocation& invocation, const AccessOptions& options, Proof& proof, access::Subjects below)
        : invocation_(invocation), options_(options), proof_(proof), below_(std::move(below)) {}

    /// Whether what the options say makes sense. Fails: bus::Errc::bad_option.
    [[nodiscard]] base::Status check() const;

    /// Whether there is somebody to ask as.
    [[nodiscard]] bool possible() const { return !options_.name.empty() || !options_.request_creds.empty(); }

    /// Who asks, by the files as they are now; nobody known where a user and password, or nothing, is used.
    [[nodiscard]] base::Result<std::optional<Requester>> requester() const;

    /// --expect-account, or else the account that the requester's own credentials are for.
    [[nodiscard]] base::Result<std::optional<nkeys::PublicKey>> expected_account(
        const std::optional<Requester>& requester) const;

    /// Fails: as requester() and Invocation::open.
    [[nodiscard]] base::Result<bus::Connection> open() const;

    [[nodiscard]] Proof& proof() const noexcept { return proof_; }

    /// Of whom credentials are wanted.
    struct For {
        const nkeys::SigningKey& key;
        std::string name;
        std::string role;
        unsigned attempts = 1;
    };
    /// Fails: as access::request_access; bus::Errc::bad_option for what an option says.
    [[nodiscard]] base::Result<access::Answer> ask(bus::Requests& requests, const For& whom) const;

  private:
    Invocation& invocation_;
    const AccessOptions& options_;
    Proof& proof_;
    const access::Subjects below_;
};

}  // namespace natscreds::request
