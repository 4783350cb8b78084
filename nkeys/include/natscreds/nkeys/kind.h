#pragma once

#include <string_view>

namespace natscreds::nkeys {

/// What a key stands for; shown as the first letter of its public text (O, A, U, N, C, X).
enum class Kind { operator_, account, user, server, cluster, curve };

/// "operator", "account", "user", "server", "cluster", "curve".
[[nodiscard]] std::string_view name(Kind kind) noexcept;

}  // namespace natscreds::nkeys
