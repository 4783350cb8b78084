#pragma once

#include <natscreds/base/ending.h>

#include "obtaining.h"

namespace natscreds::request {

/// A creds file to be kept alive, and how that is asked for.
struct Keeping {
    const AccessOptions& options;
    const access::Subjects& subjects;
    const Asking& asking;
    const Obtaining& obtaining;
};

/// Rewrites the file before its credentials end, until a signal: then done. With --access it is made first, where it is
/// missing; and where they have ended all the same, new ones are asked for, where there is somebody to ask as. What may
/// pass is waited for.
///
/// Fails: refused, when the service refuses for good, or when they have ended and there is nobody to ask as; with what
///        is wrong with the files or the options as they are at the start.
[[nodiscard]] console::ExitCode keep_renewed(Invocation& invocation, base::Ending& ending,
                                             const Keeping& keeping);

}  // namespace natscreds::request
