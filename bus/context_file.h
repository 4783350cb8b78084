#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <natscreds/base/result.h>

namespace natscreds::bus {

/// The fields of a context file of the `nats` tool, by name in small letters; empty ones and those that only people
/// read left out. "tls_first" is "true", or left out.
/// Holds: every field is one that we go by; its name may be written in any case, as Go reads JSON.
/// Fails: Errc::bad_option when it is not such a file, or has a field, named in the detail, that we do not have or
///        whose value is of another kind; the system's error when it cannot be read.
[[nodiscard]] base::Result<std::map<std::string, std::string>> read_context(
    const std::filesystem::path& file);

}  // namespace natscreds::bus
