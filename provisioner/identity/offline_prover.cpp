#include <natscreds/provisioner/identity/offline_prover.h>

namespace natscreds::provisioner::identity {

base::Result<ServiceAccount> OfflineProver::prove(std::string_view text) {
    const auto token = ForeignJwt::parse(text);
    if (!token) return token.error();
    const Examination examination{.expected = expected_, .now = clock_.now()};
    if (const auto claims = examine_claims(*token, examination); !claims) return claims.error();
    const auto keys = keys_.keys_for(*token);
    if (!keys) return keys.error();
    return prove_offline(*token, *keys, examination);
}

}  // namespace natscreds::provisioner::identity
