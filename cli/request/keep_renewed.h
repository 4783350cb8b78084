#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <natscreds/access/request.h>
#include <natscreds/access/subjects.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/ending.h>

#include "invocation.h"

namespace natscreds::request {

/// A proof of who asks, as it is at that moment; nothing where none was asked for.
using IdentitySource = std::function<base::Result<std::optional<access::Identity>>()>;

/// A creds file to be kept alive, and where that is asked for.
struct Keeping {
    std::filesystem::path file;
    access::Subjects subjects;
    IdentitySource identity = {};
};

/// Stays connected as the user of the file's credentials, and rewrites the file before they end, until a
/// signal: then done. Ends with not_connected when they have ended all the same.
[[nodiscard]] console::ExitCode keep_renewed(Invocation& invocation, base::Ending& ending,
                                             const Keeping& keeping);

/// "2023-11-14 22:13:20 UTC"
[[nodiscard]] std::string date_of(base::Time time);

}  // namespace natscreds::request
