#pragma once

#include <string>
#include <vector>

#include <natscreds/cli/console/exit_code.h>
#include <natscreds/cli/console/reporter.h>
#include <natscreds/cli/request/run.h>

namespace natscreds::request {

/// What each program is run with.
struct Call {
    World& world;
    const console::Reporter& reporter;
    const std::vector<std::string>& arguments;
};

[[nodiscard]] console::ExitCode run_req(const Call& call);
[[nodiscard]] console::ExitCode run_rply(const Call& call);
[[nodiscard]] console::ExitCode run_sub(const Call& call);
[[nodiscard]] console::ExitCode run_pub(const Call& call);

}  // namespace natscreds::request
