#pragma once

#include <filesystem>
#include <string>

namespace natscreds::support {

/// A file of tests/data; every key in there was made for tests and opens nothing.
[[nodiscard]] std::filesystem::path test_data(const std::filesystem::path& name);
[[nodiscard]] std::string read_test_data(const std::filesystem::path& name);

}  // namespace natscreds::support
