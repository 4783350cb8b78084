#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/ledger/denial.h>

/// What operators ask for by commands, as they have typed it.
namespace natscreds::provisioner {

struct ListNames {
    std::string owner = {};  ///< an owner's text, a requester's key, or its name; empty: any
    std::string role = {};   ///< empty: any
    std::optional<base::Time> expiring_before = {};
    bool json = false;
};

struct ShowName {
    std::string name;
    bool json = false;
};

struct Deny {
    Denial whom{.kind = Denial::Kind::name, .value = {}};
    std::optional<base::Time> until = {};
};

struct Allow {
    Denial whom{.kind = Denial::Kind::name, .value = {}};
};

struct ListDenials {
    bool json = false;
};

struct AddRequester {
    std::string name;
    std::string key;
    std::vector<std::string> roles = {};
};

struct RemoveRequester {
    std::string name;
};

struct ListRequesters {
    bool json = false;
};

using OperatorCommand = std::variant<ListNames, ShowName, Deny, Allow, ListDenials, AddRequester,
                                     RemoveRequester, ListRequesters>;

/// Whether somebody can be meant by it: fails with the rule for a name or a key that none can be. What was denied once
/// can always be allowed.
[[nodiscard]] base::Status check(const OperatorCommand& command);

/// Whether all that it looks at are single records of the ledger, so that no list has to be read for it.
[[nodiscard]] bool looks_up_only(const OperatorCommand& command);

}  // namespace natscreds::provisioner
