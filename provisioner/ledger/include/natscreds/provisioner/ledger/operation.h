#pragma once

#include <string>

#include <natscreds/base/clock.h>
#include <natscreds/base/random.h>

namespace natscreds::provisioner {

/// What an operator did by a command: left in the ledger until a service has it in its audit, which nobody else writes.
struct Operation {
    std::string id;  ///< of A-Z a-z 0-9 _ -, in the order of time
    base::Time at;
    std::string by;    ///< "ann@host"
    std::string what;  ///< "deny", "transfer"
    std::string whom;  ///< "name wallyqs", "name wallyqs to key:U..."

    bool operator==(const Operation&) const = default;
};

/// With an id of its own, if `id` is empty.
[[nodiscard]] Operation with_id(Operation operation, base::Random& random);

}  // namespace natscreds::provisioner
