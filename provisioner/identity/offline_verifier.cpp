#include <natscreds/provisioner/identity/offline_verifier.h>

namespace natscreds::provisioner::identity {

base::Result<Verified> OfflineVerifier::verify(std::string_view text) {
    const auto token = ForeignJwt::parse(text);
    if (!token) return token.error();
    const Examination examination{.expected = expected_, .now = clock_.now()};
    if (const auto claims = examine_claims(*token, examination); !claims) return claims.error();
    const auto keys = keys_.keys_for(*token);
    if (!keys) return keys.error();
    auto account = verify_offline(*token, *keys, examination);
    if (!account) return account.error();
    return Verified(*std::move(account));
}

base::Status OfflineVerifier::check() {
    const auto keys = keys_.renew();
    return keys ? base::Status() : base::Status(keys.error());
}

}  // namespace natscreds::provisioner::identity
