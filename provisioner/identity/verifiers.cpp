#include <natscreds/provisioner/identity/verifiers.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/foreign_jwt.h>

#include "token_claims.h"

namespace natscreds::provisioner::identity {

base::Result<OidcVerifier*> Verifiers::of_issuer(std::string_view text) const {
    const auto token = ForeignJwt::parse(text);
    if (!token) return token.error();
    const std::string issuer = text_of(nlohmann::json::parse(token->claims()), "iss");
    const auto found = std::ranges::find(
        oidc, issuer, [](const OidcVerifier* verifier) { return verifier->expected().issuer; });
    if (found != oidc.end()) return *found;
    return base::Error{Errc::wrong_issuer, "none of those that are configured"};
}

base::Result<CertificateOwner> Verifiers::verify_certificate(std::span<const std::string> chain) const {
    base::Result<CertificateOwner> owner =
        base::Error{Errc::untrusted_certificate, "no authorities are configured"};
    for (const CertificateVerifier* const verifier : x509) {
        owner = verifier->verify(chain);
        if (owner || owner.error().code == Errc::no_rule) break;
    }
    return owner;
}

}  // namespace natscreds::provisioner::identity
