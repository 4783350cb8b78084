#include <natscreds/base/state_folder.h>

namespace natscreds::base {

std::filesystem::path state_folder(
    const std::function<std::optional<std::string>(std::string_view)>& environment) {
    std::filesystem::path folder = environment("XDG_STATE_HOME").value_or("");
    const std::string home = environment("HOME").value_or("");
    // A relative one is none, as the specification of these folders has it.
    if (!folder.is_absolute() && home.empty()) return {};
    if (!folder.is_absolute()) folder = std::filesystem::path(home) / ".local" / "state";
    return folder / "natscreds";
}

}  // namespace natscreds::base
