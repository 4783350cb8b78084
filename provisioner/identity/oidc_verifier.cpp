#include <natscreds/provisioner/identity/oidc_verifier.h>

namespace natscreds::provisioner::identity {

base::Result<Verified> OidcVerifier::verify(std::string_view text) {
    const auto token = ForeignJwt::parse(text);
    if (!token) return token.error();
    const base::Time now = clock_.now();
    if (const auto claims = examine_oidc(*token, expected_, now); !claims) return claims.error();
    const auto keys = keys_.keys_for(*token);
    if (!keys) return keys.error();
    auto identity = verify_oidc(*token, *keys, expected_, now);
    if (!identity) return identity.error();
    return Verified(*std::move(identity));
}

base::Status OidcVerifier::check() {
    const auto keys = ask();
    return keys ? base::Status() : base::Status(keys.error());
}

std::optional<std::string> OidcVerifier::claimed_role(std::string_view text) const {
    const auto token = ForeignJwt::parse(text);
    if (!token) return std::nullopt;
    const auto rule = choose_rule(expected_.rules, Claims::read(token->claims()));
    return rule ? std::optional(rule->role) : std::nullopt;
}

}  // namespace natscreds::provisioner::identity
