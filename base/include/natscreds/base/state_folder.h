#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace natscreds::base {

/// Where programs keep what they have for the next time: $XDG_STATE_HOME/natscreds (~/.local/state/natscreds); empty
/// where nobody says where home is.
[[nodiscard]] std::filesystem::path state_folder(
    const std::function<std::optional<std::string>(std::string_view)>& environment);

}  // namespace natscreds::base
