#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <natscreds/cli/console/connection_flags.h>
#include <natscreds/cli/console/exit_code.h>
#include <natscreds/cli/console/reporter.h>
#include <natscreds/provisioner/operations/operator_command.h>
#include <natscreds/provisioner/service/startup.h>
#include <natscreds/provisioner/service/world.h>

#include "password_command.h"

namespace natscreds::provisioner {

/// What the command line asks for.
struct CommandLine {
    enum class Task { serve, check, operate, verify_audit, passwords };
    Task task = Task::serve;
    console::ConnectionFlags connection;
    std::filesystem::path config;  ///< empty: the flags of the tutorial's case
    TutorialFlags tutorial;
    std::optional<std::size_t> workers;  ///< in the place of the configuration's, as the next
    std::string http;
    bool no_wait = false;         ///< for a server
    OperatorCommand command;      ///< operate
    PasswordCommand password;     ///< passwords
    std::filesystem::path audit;  ///< verify_audit; empty: the configuration's
    std::optional<std::string> audit_head;
};

/// Reads it; or the exit code, when this was all that there is to do: --help, --version, or a mistake.
[[nodiscard]] std::variant<CommandLine, console::ExitCode> read_command_line(
    const std::vector<std::string>& arguments, const World& world, const console::Reporter& reporter);

}  // namespace natscreds::provisioner
