#pragma once

#include <filesystem>
#include <optional>

#include <natscreds/accounts/key_agent.h>
#include <natscreds/base/descriptor.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// The Unix socket at which a KeyAgent is asked: 0600, and both sides look at the other's user (SO_PEERCRED).
///
/// Fails:   the system's error, with the socket's path; std::errc::operation_not_permitted where the other is somebody
///          else's; std::errc::connection_reset where it ends before it has answered, timed_out where it is silent for
///          two seconds, protocol_error where it answers with something else.

/// A listening socket at this path, where nobody listens yet; nothing where somebody does.
[[nodiscard]] base::Result<std::optional<base::Descriptor>> listen_for_agent(
    const std::filesystem::path& socket);

/// Asks who listens there. Fails besides: std::errc::no_such_file_or_directory or connection_refused where nobody does.
[[nodiscard]] base::Result<AgentReply> ask_agent(const std::filesystem::path& socket,
                                                 const AgentRequest& request);

/// Answers until the agent keeps no key any more, or no key has come for `patience`; then takes the socket away.
[[nodiscard]] base::Status serve_agent(const base::Descriptor& listener, KeyAgent& agent,
                                       std::chrono::seconds patience);

}  // namespace natscreds::accounts
