#pragma once

#include <string>
#include <vector>

#include <natscreds/accounts/difference.h>
#include <natscreds/accounts/servers/live_system.h>

#include "session.h"

namespace natscreds::nsctl {

/// What became of one account, or would.
struct PushedAccount {
    std::string name;
    std::string key;
    std::vector<accounts::Difference> differences;  ///< from the live token to ours
    bool live = false;                              ///< some server has it
    bool compared_only = false;
    std::string refused;  ///< why it was not sent; empty when it was
    accounts::LiveSystem::Answers answers;
    bool read_back = true;  ///< what servers have afterwards is what was sent
};

/// What the servers' configuration says of an account.
enum class Preload { old, rewritten };

/// Whether every server has it now, or will find it in its configuration when it needs it.
[[nodiscard]] bool arrived(const PushedAccount& account, Preload preload);

/// What differs, and what each server said: two tables, or JSON.
void print(const Session& session, const accounts::LiveSystem::Names& servers,
           const std::vector<PushedAccount>& accounts);

}  // namespace natscreds::nsctl
