#pragma once

#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include <natscreds/cli/console/connection_flags.h>
#include <natscreds/cli/console/exit_code.h>
#include <natscreds/cli/console/reporter.h>
#include <natscreds/provisioner/service/responder.h>
#include <natscreds/provisioner/service/run.h>

namespace natscreds::provisioner {

/// What the command line asks for.
struct CommandLine {
    console::ConnectionFlags connection;
    std::filesystem::path account;
    std::filesystem::path signing_key;
    std::string server_id;
    PlainNames plain_names = PlainNames::refused;
    bool check_only = false;
};

/// Reads it; or the exit code, when this was all that there is to do: --help, --version, or a mistake.
[[nodiscard]] std::variant<CommandLine, console::ExitCode> read_command_line(
    const std::vector<std::string>& arguments, const World& world, const console::Reporter& reporter);

}  // namespace natscreds::provisioner
