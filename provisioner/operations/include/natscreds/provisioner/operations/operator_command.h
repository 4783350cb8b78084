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

struct ReleaseName {
    std::string name;
};

struct TransferName {
    std::string name;
    std::string to;  ///< as `owner` above
};

struct Deny {
    Denial whom{.kind = Denial::Kind::name, .value = {}};
    std::optional<base::Time> until = {};
};

struct Allow {
    Denial whom{.kind = Denial::Kind::name, .value = {}};
};

/// A denial, and as much of what there was before as can be ended.
struct Revoke {
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

using OperatorCommand = std::variant<ListNames, ShowName, ReleaseName, TransferName, Deny, Allow, Revoke,
                                     ListDenials, AddRequester, RemoveRequester, ListRequesters>;

/// Whether somebody can be meant by it: fails with the rule for a name or a key that none can be. What was denied once
/// can always be allowed.
[[nodiscard]] base::Status check(const OperatorCommand& command);

/// Whether somebody has to be able to see later who gave it, and what it is, in words: "deny" and "name wallyqs".
struct Change {
    std::string what;
    std::string whom;
};
[[nodiscard]] std::optional<Change> change_of(const OperatorCommand& command);

/// Whether all that it looks at are single records of the ledger, so that no list has to be read for it.
[[nodiscard]] bool looks_up_only(const OperatorCommand& command);

}  // namespace natscreds::provisioner
