#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <natscreds/bus/connection.h>
#include <natscreds/cli/console/command.h>
#include <natscreds/cli/console/connection_flags.h>
#include <natscreds/cli/console/refused_credentials.h>

#include "programs.h"

namespace natscreds::request {

/// Whom a connection's credentials are for. A bare nkey does not say of which account it is.
struct Requester {
    nkeys::PublicKey key;
    std::optional<nkeys::PublicKey> account;
};

/// One run of one of the programs: its command line, and the connections that this asks for.
class Invocation {
  public:
    explicit Invocation(const Call& call) : call_(call) {}

    /// Reads the command line as the program has it; its name, and the options that all have, need not be in
    /// there. The exit code when this was all that there is to do: --help, --version, --show-config, or a
    /// mistake.
    [[nodiscard]] std::optional<console::ExitCode> read(console::Command program);

    /// Connects. Also fails with what is wrong with the settings, and with what the files say that they name; that
    /// a server refuses credentials which their file shows to be out of time, the detail says.
    [[nodiscard]] base::Result<bus::Connection> open(bus::ConnectionEvents events);

    /// The same as another user than the settings say, with the private inbox of that user; `file` is where the
    /// credentials are from.
    [[nodiscard]] base::Result<bus::Connection> open_as(jwt::Credentials credentials,
                                                        const std::filesystem::path& file);

    /// Whom open() would connect as; nobody known where a user and password, or nothing, is used. Fails as open(),
    /// without a word to a server.
    [[nodiscard]] base::Result<std::optional<Requester>> requester();

    /// The value of --creds, or of what stands in for it; empty: none.
    [[nodiscard]] std::string creds_file() const;

    /// Reports why open() failed; a file that cannot be used counts as not connected.
    [[nodiscard]] console::ExitCode cannot_open(const base::Error& error) const;

    /// --timeout; known once one of the above has succeeded.
    [[nodiscard]] bus::Timeout timeout() const noexcept { return timeout_; }

    [[nodiscard]] const console::Reporter& reporter() const noexcept { return call_.reporter; }
    [[nodiscard]] World& world() const noexcept { return call_.world; }

  private:
    [[nodiscard]] base::Result<bus::Connection> connect(bus::ConnectionOptions options,
                                                        const std::filesystem::path& file,
                                                        bus::ConnectionEvents events);

    const Call& call_;
    console::ConnectionFlags flags_;
    std::optional<bus::Settings> settings_;
    bus::Timeout timeout_{};
};

/// Whom credentials are for.
[[nodiscard]] Requester requester_of(const jwt::Credentials& credentials);

}  // namespace natscreds::request
