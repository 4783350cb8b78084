#include <natscreds/cli/console/completion.h>

#include "places.h"

namespace natscreds::console {

std::vector<std::string> shells() {
    return {"bash", "zsh", "fish"};
}

std::optional<std::string> completion(const Command& program, const std::string& shell) {
    if (shell == "bash") return bash_completion(program);
    if (shell == "zsh") return zsh_completion(program);
    if (shell == "fish") return fish_completion(program);
    return std::nullopt;
}

}  // namespace natscreds::console
