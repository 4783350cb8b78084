#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::accounts {

/// Who signs an account, as Signers::choose() reads `named`. Nothing where the operator is somebody else's,
/// and none of its keys is here: then the account signs itself until that operator has signed it.
[[nodiscard]] base::Result<std::optional<nkeys::SigningKey>> choose_account_signer(const Tree& tree,
                                                                                   std::string_view named);

/// The same for an account that has been signed before: by the same key again, where it is here and still may.
[[nodiscard]] base::Result<std::optional<nkeys::SigningKey>> choose_account_signer_again(
    const Tree& tree, std::string_view named, const nkeys::PublicKey& before);

/// The chosen signer, or else the account's own key.
[[nodiscard]] base::Result<nkeys::SigningKey> or_own_key(std::optional<nkeys::SigningKey> chosen,
                                                         const std::string& account, const KeyStore& keys);

}  // namespace natscreds::accounts
