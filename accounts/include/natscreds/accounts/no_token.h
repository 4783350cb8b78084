#pragma once

#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// Whether a file of a store holds no token: it is empty, cut off, too large, or something else, or a folder or a link to
/// nothing stands in its place. Such a file hides no other, and can be deleted as what it is called. A file that may not
/// be read, or cannot be for now, may hold one.
[[nodiscard]] bool is_no_token(const base::Error& error) noexcept;

}  // namespace natscreds::accounts
