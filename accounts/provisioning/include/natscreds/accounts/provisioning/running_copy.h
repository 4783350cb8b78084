#pragma once

#include <map>
#include <string>
#include <string_view>

#include <natscreds/accounts/errc.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// A copy of the provisioning service, as it tells of itself on $SRV.INFO.provisioner.
struct RunningCopy {
    std::string id;
    std::string version;
    std::string server_id;  ///< its label; often empty
    /// When the JWT of each account that it issues for was issued, by the account's key: "2026-11-27T21:16:51Z".
    std::map<std::string, std::string> accounts = {};
    struct Role {
        std::string account;
        std::string signing_key;
        bool usable = true;  ///< the account's JWT lists the key, with a scope as the policy has it
        /// When all that this copy may have issued by another key has expired: "2026-11-27T22:16:51Z"; empty for a
        /// service that does not say so.
        std::string alone_from = {};
    };
    std::map<std::string, Role> roles = {};  ///< by name; empty for a service of before 0.2
};

/// Fails: Errc::bad_answer.
[[nodiscard]] base::Result<RunningCopy> parse_running_copy(std::string_view text);

}  // namespace natscreds::accounts
