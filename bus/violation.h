#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace natscreds::bus {

/// What a server refused, read from its words.
///
/// Shape:   Permissions Violation for Publish to "subject"
///          Permissions Violation for Subscription to "subject" [using queue "group"]
/// Holds:   the client library keeps 255 characters of it; `cut` says that the subject goes on.
/// Source:  nats-server client.go (pubPermissionViolation, subPermissionViolation).
struct Violation {
    enum class Action { publish, subscribe };

    Action action;
    std::string subject;
    bool cut = false;

    /// Whether this is about that subject.
    [[nodiscard]] bool concerns(std::string_view other) const;
};

/// Nothing when these are other words.
[[nodiscard]] std::optional<Violation> parse_violation(std::string_view text);

}  // namespace natscreds::bus
