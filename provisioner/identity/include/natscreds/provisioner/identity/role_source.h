#pragma once

#include <optional>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>

namespace natscreds::provisioner::identity {

/// Keeps ServiceRoles as they are written down somewhere else. Thread: any.
class RoleSource {
  public:
    virtual ~RoleSource() = default;

    /// Whether all of them have been read; once they have, they go on holding when they cannot be read any more.
    /// Fails: with the reason why not.
    [[nodiscard]] virtual base::Status ready() const = 0;

    /// When they were last known to be what is written down; nothing before the first time.
    [[nodiscard]] virtual std::optional<base::Instant> synced() const = 0;
};

}  // namespace natscreds::provisioner::identity
