#pragma once

#include <filesystem>
#include <string_view>

namespace natscreds::support {

/// Seals the seed of this file, in its place, with settings that cost little.
void seal_seed(const std::filesystem::path& file, std::string_view passphrase);

}  // namespace natscreds::support
