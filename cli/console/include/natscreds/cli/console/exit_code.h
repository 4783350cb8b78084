#pragma once

#include <system_error>

namespace natscreds::console {

/// What a program says by ending; all but nsctl, which keeps nsc's 0 and 1. One that is ended by signal N has
/// 128 + N, as every program in a shell.
enum class ExitCode {
    done = 0,
    refused = 1,        ///< the service, or the command itself, did not do it
    usage = 2,          ///< the command line, a variable or a context makes no sense
    no_responders = 3,  ///< nobody answers on the subject
    timeout = 4,        ///< no answer in time
    not_connected = 5,  ///< cannot connect, not authorised, or not allowed to use the subject
    not_verified = 6,   ///< a reply that is not what it claims to be
};

/// The code for an error of bus; `refused` for one of another library.
[[nodiscard]] ExitCode exit_code(const std::error_code& error) noexcept;

}  // namespace natscreds::console
