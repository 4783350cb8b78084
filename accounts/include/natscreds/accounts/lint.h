#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// What is valid in a tree, and will hurt some day.
enum class LintRule {
    no_expiry,            ///< a user that never expires: who has the creds has them for ever
    expires_soon,         ///< within 30 days, or expired
    plain_signing_key,    ///< one without a scope may sign a user that may do everything
    everybodys_inbox,     ///< whoever may subscribe to _INBOX.> reads everybody's replies
    bearer,               ///< whoever sees the JWT may connect
    wide_export,          ///< every account may import all subjects
    long_jwt,             ///< near what a CONNECT line may have
    surprising,           ///< servers take it for something else (surprises.h)
    identity_key_stored,  ///< the operator's identity key lies beside a signing key, which would do
    identity_key_signs,   ///< the operator does not require signing keys
};

/// "no-expiry"
[[nodiscard]] std::string_view name_of(LintRule rule) noexcept;

struct LintFinding {
    LintRule rule;
    std::string about;  ///< "operator KO", "account KUBECON", "user KUBECON/ann"
    std::string found;
    std::string advice;
};

/// Fails: the errors of Store for folders. A file from which no token can be read is for check.h.
[[nodiscard]] base::Result<std::vector<LintFinding>> lint(const Tree& tree);

}  // namespace natscreds::accounts
