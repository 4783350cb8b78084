#pragma once

#include <string>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::accounts {

struct NewActivation {
    Name account;             ///< which exports
    std::string subject;      ///< or a part of what is exported; empty: the account's only private export
    nkeys::PublicKey target;  ///< the account that may import it
    std::string signer;       ///< of the exporting account, as Signers::choose() reads it
    Validity validity;
};

/// Leave for another account to import a private export.
/// Fails:   Errc::not_private, several_match; bad_subject; what Signers::choose() says; the errors of Store.
/// Source:  nsc cmd/generateactivation.go.
[[nodiscard]] base::Result<jwt::Token> create_activation(const Tree& tree, const NewActivation& wanted);

/// The token as nsc writes it to files, between lines of dashes.
[[nodiscard]] std::string activation_file(const jwt::Token& token);

}  // namespace natscreds::accounts
