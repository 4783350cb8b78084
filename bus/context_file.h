#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <natscreds/base/result.h>

namespace natscreds::bus {

/// The text fields of a context file of the `nats` tool, by name; empty ones left out.
/// Fails: Errc::bad_option when it is not such a file, or says how to connect in a way that we do not have;
///        the system's error when it cannot be read.
[[nodiscard]] base::Result<std::map<std::string, std::string>> read_context(
    const std::filesystem::path& file);

}  // namespace natscreds::bus
