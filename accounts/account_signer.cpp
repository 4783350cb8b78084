#include "account_signer.h"

#include <utility>

#include <natscreds/accounts/signer.h>

namespace natscreds::accounts {

base::Result<std::optional<nkeys::SigningKey>> choose_account_signer(const Tree& tree,
                                                                     std::string_view named) {
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    base::Result<nkeys::SigningKey> signer = Signers::of(*owner).choose(tree.keys, named);
    if (signer) return std::optional(*std::move(signer));
    const bool signs_itself = tree.store.management() == Management::elsewhere && named.empty() &&
                              signer.error().code == Errc::no_signer;
    if (!signs_itself) return signer.error();
    return std::optional<nkeys::SigningKey>();
}

base::Result<std::optional<nkeys::SigningKey>> choose_account_signer_again(const Tree& tree,
                                                                           std::string_view named,
                                                                           const nkeys::PublicKey& before) {
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    const bool again = named.empty() && Signers::of(*owner).lists(before) && tree.keys.holds(before);
    return choose_account_signer(tree, again ? before.text() : std::string(named));
}

base::Result<nkeys::SigningKey> or_own_key(std::optional<nkeys::SigningKey> chosen,
                                           const std::string& account, const KeyStore& keys) {
    if (chosen) return *std::move(chosen);
    return find_key(account, keys);
}

}  // namespace natscreds::accounts
