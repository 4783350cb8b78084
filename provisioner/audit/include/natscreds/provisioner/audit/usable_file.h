#pragma once

#include <filesystem>

#include <natscreds/base/result.h>

namespace natscreds::provisioner {

/// Whether this process could make a file there, or read and write the one that is there and make others beside it,
/// as SQLite does. Nothing is made or opened. Fails: with the system's error and the file's or its folder's name.
[[nodiscard]] base::Status check_new_file(const std::filesystem::path& file);
[[nodiscard]] base::Status check_file_with_neighbours(const std::filesystem::path& file);

}  // namespace natscreds::provisioner
