#pragma once

#include <filesystem>

#include "invocation.h"

namespace natscreds::request {

/// nats-req --enrol: credentials that an operator issues to a key that never leaves this machine.
struct EnrolOptions {
    bool wanted = false;
    std::filesystem::path output;  ///< the creds file, in the end
    std::filesystem::path jwt;     ///< what the operator has issued, "-" for standard input; empty: not yet
};

[[nodiscard]] console::OptionList enrol_options(EnrolOptions& options);

/// Without a JWT: makes a key that waits beside the creds file, as access::PendingKey, or finds the one that is there, and
/// prints its public half. With one: writes the creds file of both, which must belong together, and the key waits no
/// more. A creds file that is there keeps its key, and gets another JWT for it.
[[nodiscard]] console::ExitCode run_enrol(Invocation& invocation, const EnrolOptions& options);

}  // namespace natscreds::request
