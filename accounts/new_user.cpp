#include "new_user.h"

#include <utility>

#include <natscreds/accounts/signer.h>
#include <natscreds/accounts/soundness.h>

namespace natscreds::accounts {

base::Result<UserIssuer> find_user_issuer(const Tree& tree, const Name& account, std::string_view named) {
    auto found = tree.store.read_account(account);
    if (!found) return found.error();
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    base::Result<nkeys::SigningKey> key = Signers::of(*owner, *found).choose(tree.keys, named);
    if (!key) return key.error();
    return UserIssuer{*std::move(found), *std::move(key)};
}

base::Result<jwt::Token> sign_new_user(const jwt::Draft<jwt::UserClaims>& user, const nkeys::SigningKey& key,
                                       base::Time now) {
    base::Result<jwt::Token> token = jwt::sign(user, key, now);
    if (!token) return token;
    if (base::Status sound = check_sound<jwt::UserClaims>(*token, now); !sound) return sound.error();
    return token;
}

}  // namespace natscreds::accounts
