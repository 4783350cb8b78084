#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/keystore.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::accounts {

/// The private key that a text names: a public key in the keystore, a seed, or a file with one, tried in
/// that order.
/// Fails: Errc::key_not_stored, not_a_key; what nkeys says of a seed or file. The text itself is repeated in
///        an error only where it cannot be a seed.
[[nodiscard]] base::Result<nkeys::SigningKey> find_key(std::string_view text, const KeyStore& keys);

/// The keys that may sign for an operator or an account.
///
/// Holds:   the preferred come first: the identity key, unless the operator requires signing keys, then the
///          signing keys.
/// Fails:   choose: Errc::no_signer, not_a_signer; what find_key says.
/// Source:  nsc cmd/signerparams.go.
class Signers {
  public:
    /// Who may sign accounts.
    [[nodiscard]] static Signers of(const jwt::Decoded<jwt::OperatorClaims>& owner);

    /// Who may sign the account's users.
    [[nodiscard]] static Signers of(const jwt::Decoded<jwt::OperatorClaims>& owner,
                                    const jwt::Decoded<jwt::AccountClaims>& account);

    [[nodiscard]] const std::vector<std::string>& keys() const noexcept { return keys_; }
    [[nodiscard]] bool lists(const nkeys::PublicKey& key) const;

    /// The key that `named` names, as find_key() reads it, or a role of the account; with nothing named, the
    /// first that the keystore has.
    [[nodiscard]] base::Result<nkeys::SigningKey> choose(const KeyStore& keys, std::string_view named) const;

  private:
    [[nodiscard]] base::Result<nkeys::SigningKey> first_stored(const KeyStore& keys) const;

    std::string whose_;
    std::vector<std::string> keys_;
    std::map<std::string, std::string, std::less<>> roles_;  // the key of each
};

}  // namespace natscreds::accounts
