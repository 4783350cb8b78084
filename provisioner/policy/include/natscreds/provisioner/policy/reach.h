#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <natscreds/jwt/permissions.h>

namespace natscreds::provisioner {

/// What a permission effectively allows: what it allows minus what it denies, as servers work it out.
///
/// Holds:   an empty list of what is allowed allows everything; what is denied for one queue group is not denied. A
///          template in what is allowed stands for itself, `{{subject()}}` for the user's own key.

/// The entry of `permission` that reaches a subject which `wanted` matches; nothing when none does. Where only several
/// denied subjects together cover what an entry reaches, the entry still counts.
[[nodiscard]] std::optional<std::string> reaching(const jwt::Permission& permission, std::string_view wanted);

/// Whether everything that `wanted` matches is allowed, and none of it denied.
[[nodiscard]] bool reaches_all(const jwt::Permission& permission, std::string_view wanted);

/// The entry with which a user may ask the service, below `prefix`, in the name of another; nothing when there is none.
/// A user may publish `PREFIX.access.{{subject()}}` and `PREFIX.renew.{{subject()}}`, with its own key.
[[nodiscard]] std::optional<std::string> forging(const jwt::Permission& publish, const std::string& prefix);

}  // namespace natscreds::provisioner
