#pragma once

#include <string>
#include <vector>

#include <natscreds/accounts/store.h>
#include <natscreds/base/result.h>

#include "session.h"

namespace natscreds::nsctl {

enum class KeyLevel { owner, account, user };

/// A key that a token of the tree is about, or that signs there.
struct TreeKey {
    KeyLevel level;
    std::string entity;  ///< the name of the operator, account or user
    std::string key = {};
    bool signing_key = false;
    bool stored = false;       ///< the keystore has its seed
    std::string problem = {};  ///< of a file from which no token can be read; then there is no key
    bool curve = false;        ///< what is sent to the account's auth callout is sealed for it
    std::string token = {};    ///< the JWT that is about this key
};

/// In the order of the tree; of the account that is named, or of all where none is.
/// Fails: the errors of Store for folders; accounts::Errc::bad_name, no_such_account.
[[nodiscard]] base::Result<std::vector<TreeKey>> tree_keys(const Session& session,
                                                           const accounts::Store& store,
                                                           const std::string& account);

}  // namespace natscreds::nsctl
