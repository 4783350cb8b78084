#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/accounts/difference.h>
#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/accounts/tree_file.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// What becomes of what a tree's file does not name. `remove`: claims that it does not give go back to what they are in
/// a new token; users of an account that has users in it are revoked and deleted; accounts are deleted where it names
/// the operator, but never the system account.
enum class Unnamed { keep, remove };

/// One edit, creation or deletion that brings a store nearer to a file.
///
/// Holds:   each leaves a store that is valid, and is whole or not there at all; after an interruption a new plan has
///          those that are missing.
struct PlannedStep {
    enum class Kind { add, change, remove };

    Kind kind;
    std::string what;                     ///< "account \"A\""
    std::vector<Difference> differences;  ///< keys that are yet to be made are "(new key)"
    std::optional<Name> account;          ///< whose JWT is another one afterwards
    std::function<base::Status()> make;
};

struct PlanOptions {
    Unnamed unnamed = Unnamed::keep;
    std::string signer;  ///< of accounts, as Signers::choose() reads it
};

/// What has to be done for the store to say what the file says, in the order in which it has to be; nothing: it says so
/// already. `make` refers to `tree`, which has to live as long as the steps.
///
/// Holds:   nothing is written. Fields of a payload are merged into those that are there; lists are taken whole.
/// Fails:   Errc::bad_tree_file for a `sub` that is not the key that is there already; Errc::scope_decides; what jwt says of
///          claims; the errors of Store.
[[nodiscard]] base::Result<std::vector<PlannedStep>> plan(const Tree& tree, const TreeFile& file,
                                                          const PlanOptions& options);

}  // namespace natscreds::accounts
