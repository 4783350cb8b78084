#include <support/signing.h>

#include <stdexcept>

#include <natscreds/base/file.h>
#include <natscreds/base/random.h>

namespace natscreds::support {

nkeys::SigningKey new_key(nkeys::Kind kind) {
    base::SystemRandom random;
    return nkeys::SigningKey::generate(kind, random).value();
}

base::Time real_time() {
    return base::SystemClock().now();
}

void write_secret(const std::filesystem::path& file, const base::Secret& secret) {
    const base::Status written =
        base::write_file(file, secret.expose(), {.existing = base::Existing::replace});
    if (!written) throw std::runtime_error(written.error().message());
}

void write_creds(const std::filesystem::path& file, const NewUser& user, nkeys::SigningKey key,
                 const nkeys::SigningKey& signer) {
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = key.public_key().text();
    draft.name = user.name;
    static_cast<jwt::Permissions&>(draft.claims) = user.permissions;
    draft.claims.issuer_account = user.account;
    const jwt::Token token = jwt::sign(draft, signer, real_time()).value();
    write_secret(file, jwt::creds_text(token, key));
}

}  // namespace natscreds::support
