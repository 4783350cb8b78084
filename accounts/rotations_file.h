#pragma once

#include <natscreds/accounts/rotation.h>

namespace natscreds::accounts {

/// Writes down that it has begun; the lock is held by the caller.
[[nodiscard]] base::Status add_rotation(const Store& store, const StoreLock& lock, const Rotation& rotation);

[[nodiscard]] base::Status remove_rotation(const Store& store, const StoreLock& lock,
                                           const Rotation& rotation);

}  // namespace natscreds::accounts
