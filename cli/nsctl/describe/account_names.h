#pragma once

#include <set>
#include <string>

#include "describe/tables.h"
#include "session.h"

namespace natscreds::nsctl {

/// The names of those accounts of the current operator that have these keys. What cannot be read has none,
/// for a description should not fail for the sake of another account; and with no key asked for nothing is
/// read, for there may be thousands.
[[nodiscard]] NamesByKey names_of(const Session& session, const std::set<std::string>& keys);

}  // namespace natscreds::nsctl
