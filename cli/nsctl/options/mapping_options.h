#pragma once

#include <optional>
#include <string>

#include <natscreds/cli/console/command.h>
#include <natscreds/jwt/account_claims.h>

namespace natscreds::nsctl {

/// -f, -t and --cluster: a subject, and one that its messages go to instead.
struct MappingChoice {
    std::string from;
    std::string to;                      ///< empty: all of them
    std::optional<std::string> cluster;  ///< in this cluster only; none: wherever, or any

    [[nodiscard]] console::OptionList options();
    /// Whether a target of `from` is the one that is meant.
    [[nodiscard]] bool is_target(const jwt::WeightedMapping& target) const;
    /// "orders -> orders.v2 in cluster sfo2"
    [[nodiscard]] std::string text() const;
};

}  // namespace natscreds::nsctl
