#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/store.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// A trust tree, or a part of one, as a TOML file that people read and write: its claims, and no private key.
///
/// Shape:   tables [operator], [accounts.NAME] and [users.ACCOUNT.NAME]. Each has fields of a JWT's payload by their own
///          names (`sub`, `exp`, `nbf`, `nats`), `exp` and `nbf` as a date and time. `iss` is there for users only: the
///          signing key.
/// Holds:   in memory a payload is a JSON object, its text as write_value() in jwt has it.
/// Fails:   Errc::bad_tree_file with the file, the line where it is known, and the key.
/// NOT:     what TOML cannot say of fields that this version does not know: null, and numbers above 2^63, are left out.
struct TreeFile {
    std::optional<std::string> operator_payload;
    std::map<Name, std::string> accounts;
    std::map<Name, std::map<Name, std::string>> users;  ///< by account
};

/// `file` is what errors call it.
[[nodiscard]] base::Result<TreeFile> parse_tree_file(std::string_view text, const std::string& file);

[[nodiscard]] std::string tree_file_text(const TreeFile& tree);

/// Which part of a store is to be written.
struct TreeSelection {
    std::optional<Name> account;  ///< that account and not the operator; otherwise everything
    bool users = true;
};

/// Fails: the errors of Store.
[[nodiscard]] base::Result<TreeFile> read_tree(const Store& store, const TreeSelection& selection);

}  // namespace natscreds::accounts
