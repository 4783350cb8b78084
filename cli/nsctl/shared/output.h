#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

#include <natscreds/base/result.h>

#include "session.h"

namespace natscreds::nsctl {

/// How what was made is written to a file.
struct Output {
    std::string_view done = "wrote ";  ///< what is reported then, before the file's name
    mode_t mode = 0600;
};

/// To standard output, for "--" and no file, or in the place of the file. Fails: as base::write_file().
[[nodiscard]] base::Status write_output(const Session& session, const std::string& file,
                                        std::string_view text, const Output& output);

}  // namespace natscreds::nsctl
