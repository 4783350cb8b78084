#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include <natscreds/cli/nsctl/nsctl.h>
#include <natscreds/nkeys/unlocker.h>

namespace natscreds::nsctl {

/// Where the agent that keeps a keystore's key listens: NSCTL_AGENT_SOCKET, or nsctl-agent.sock in XDG_RUNTIME_DIR.
/// Nothing where neither is set.
[[nodiscard]] std::optional<std::filesystem::path> agent_socket(const World& world);

/// The key that the agent keeps; nothing where there is no agent.
[[nodiscard]] nkeys::Unlocker::Kept kept_by_agent(const World& world);

/// How long it keeps that still; nothing where it has none.
[[nodiscard]] std::optional<std::chrono::seconds> kept_by_agent_for(const World& world);

}  // namespace natscreds::nsctl
