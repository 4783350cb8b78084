#include "shared/agent.h"

#include <utility>

#include <natscreds/accounts/key_agent_socket.h>

namespace natscreds::nsctl {

std::optional<std::filesystem::path> agent_socket(const World& world) {
    const auto named = world.surroundings.variable("NSCTL_AGENT_SOCKET");
    if (named && !named->empty()) return world.surroundings.current_folder / *named;
    const auto folder = world.surroundings.variable("XDG_RUNTIME_DIR");
    if (!folder || folder->empty()) return std::nullopt;
    return std::filesystem::path(*folder) / "nsctl-agent.sock";
}

nkeys::Unlocker::Kept kept_by_agent(const World& world) {
    const auto socket = agent_socket(world);
    if (!socket) return {};
    return [socket = *socket](const nkeys::SealSettings& settings) -> std::optional<nkeys::SealingKey> {
        using What = accounts::AgentRequest::What;
        auto reply = accounts::ask_agent(socket, {.what = What::find, .settings = settings});
        if (!reply || !reply->key) return std::nullopt;
        auto key = nkeys::SealingKey::restore(*std::move(reply->key), settings);
        if (!key) return std::nullopt;
        return *std::move(key);
    };
}

std::optional<std::chrono::seconds> kept_by_agent_for(const World& world) {
    const auto socket = agent_socket(world);
    if (!socket) return std::nullopt;
    const auto answered = accounts::ask_agent(*socket, {});
    if (!answered || answered->left.count() == 0) return std::nullopt;
    return answered->left;
}

}  // namespace natscreds::nsctl
