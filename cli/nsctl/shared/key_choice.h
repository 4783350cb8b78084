#pragma once

#include <string>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/cli/console/command.h>

#include "session.h"
#include "shared/tree_keys.h"

namespace natscreds::nsctl {

/// Which keys are meant: those of the tree, or those that are stored and no token of the tree names.
struct KeyChoice {
    bool operators = false;
    bool accounts = false;
    bool users = false;
    bool curves = false;
    bool all = false;
    bool not_referenced = false;
    std::string account;
    std::string user;
    std::string filter;

    /// All but the one for curve keys, which nsc calls differently in each command.
    [[nodiscard]] console::OptionList options();

    /// In the order of the tree; those that it does not name are called "?". Where no kind is named, of all kinds.
    /// Fails: as tree_keys(); the errors of KeyStore.
    [[nodiscard]] base::Result<std::vector<TreeKey>> keys(const Session& session) const;

  private:
    [[nodiscard]] bool wants(const TreeKey& row) const;
};

}  // namespace natscreds::nsctl
