#pragma once

#include <string>

#include <natscreds/bus/connection.h>
#include <support/trust_tree.h>

namespace natscreds::support {

/// A connection of a user of the tree's account whom nothing is forbidden.
[[nodiscard]] bus::Connection connect_anybody(const TrustTree& tree, const std::string& url);

}  // namespace natscreds::support
