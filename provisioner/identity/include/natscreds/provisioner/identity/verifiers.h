#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/oidc_verifier.h>
#include <natscreds/provisioner/identity/verifier.h>

namespace natscreds::provisioner::identity {

/// The kinds of proof that a request can carry.
inline constexpr std::string_view kubernetes_kind = "kubernetes";
inline constexpr std::string_view oidc_kind = "oidc";

/// Who can be asked for proofs: those that are configured. They outlive it.
struct Verifiers {
    Verifier* kubernetes = nullptr;
    std::vector<OidcVerifier*> oidc = {};  ///< no two of one issuer

    [[nodiscard]] bool none() const noexcept { return kubernetes == nullptr && oidc.empty(); }
    [[nodiscard]] bool know(std::string_view kind) const noexcept {
        return kind == kubernetes_kind ? kubernetes != nullptr : kind == oidc_kind && !oidc.empty();
    }

    /// That of the issuer whose the token says it is; nobody has verified it.
    /// Fails: as ForeignJwt::parse; Errc::wrong_issuer.
    [[nodiscard]] base::Result<OidcVerifier*> of_issuer(std::string_view token) const;
};

}  // namespace natscreds::provisioner::identity
