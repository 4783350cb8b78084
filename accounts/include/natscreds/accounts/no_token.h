#pragma once

#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// Whether a file of a store was read and holds no token: it is empty, cut off, or something else. Such a file hides no
/// other, and can be deleted as what it is called.
[[nodiscard]] bool is_no_token(const base::Error& error) noexcept;

}  // namespace natscreds::accounts
