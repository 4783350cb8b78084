#pragma once

#include <optional>
#include <string>

#include <natscreds/bus/connection.h>
#include <natscreds/cli/console/command.h>
#include <natscreds/cli/console/connection_flags.h>

#include "programs.h"

namespace natscreds::request {

/// Whom the connection's credentials are for. A bare nkey does not say of which account it is.
struct Requester {
    nkeys::PublicKey key;
    std::optional<nkeys::PublicKey> account;
};

/// One run of one of the programs: its command line, and the connection that this asks for.
class Invocation {
  public:
    explicit Invocation(const Call& call) : call_(call) {}

    /// Reads the command line as the program has it; its name, and the options that all have, need not be in
    /// there. The exit code when this was all that there is to do: --help, --version, --show-config, or a
    /// mistake.
    [[nodiscard]] std::optional<console::ExitCode> read(console::Command program);

    /// Connects. Also fails with what is wrong with the settings, and with what the files say that they name.
    [[nodiscard]] base::Result<bus::Connection> open(bus::ConnectionEvents events);

    /// The same as another user than the settings say, with the private inbox of that user.
    [[nodiscard]] base::Result<bus::Connection> open_as(jwt::Credentials credentials,
                                                        bus::ConnectionEvents events);

    /// The value of --creds, or of what stands in for it; empty: none.
    [[nodiscard]] std::string creds_file() const;

    /// Reports why open() failed; a file that cannot be used counts as not connected.
    [[nodiscard]] console::ExitCode cannot_open(const base::Error& error) const;

    /// --timeout; known once open() has succeeded.
    [[nodiscard]] bus::Timeout timeout() const noexcept { return timeout_; }

    /// Known once open() has succeeded; none where a user and password, or nothing, is used.
    [[nodiscard]] const std::optional<Requester>& requester() const noexcept { return requester_; }

    [[nodiscard]] const console::Reporter& reporter() const noexcept { return call_.reporter; }
    [[nodiscard]] World& world() const noexcept { return call_.world; }

  private:
    [[nodiscard]] base::Result<bus::Connection> connect(bus::ConnectionOptions options,
                                                        bus::ConnectionEvents events);

    const Call& call_;
    console::ConnectionFlags flags_;
    std::optional<bus::Settings> settings_;
    bus::Timeout timeout_{};
    std::optional<Requester> requester_;
};

}  // namespace natscreds::request
