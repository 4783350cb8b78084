#pragma once

#include <optional>
#include <string_view>

#include <natscreds/provisioner/identity/foreign_jwt.h>

namespace natscreds::provisioner::identity {

/// By the name that tokens and key sets have for it; nothing for one that is not accepted.
[[nodiscard]] std::optional<Algorithm> algorithm_named(std::string_view name) noexcept;

[[nodiscard]] std::string_view name_of(Algorithm algorithm) noexcept;

}  // namespace natscreds::provisioner::identity
