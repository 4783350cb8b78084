#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/certificate_verifier.h>
#include <natscreds/provisioner/identity/oidc_verifier.h>
#include <natscreds/provisioner/identity/password_verifier.h>
#include <natscreds/provisioner/identity/verifier.h>

namespace natscreds::provisioner::identity {

/// The kinds of proof that a request can carry.
inline constexpr std::string_view kubernetes_kind = "kubernetes";
inline constexpr std::string_view oidc_kind = "oidc";
/// Those that only a server's question can have.
inline constexpr std::string_view password_kind = "password";
inline constexpr std::string_view x509_kind = "x509";

/// Who can be asked for proofs: those that are configured. They outlive it.
struct Verifiers {
    Verifier* kubernetes = nullptr;
    std::vector<OidcVerifier*> oidc = {};  ///< no two of one issuer
    PasswordVerifier* password = nullptr;
    std::vector<const CertificateVerifier*> x509 = {};

    /// Those of tokens, which requests can carry too.
    [[nodiscard]] Verifiers of_tokens() const { return {.kubernetes = kubernetes, .oidc = oidc}; }

    [[nodiscard]] bool none() const noexcept {
        return kubernetes == nullptr && oidc.empty() && password == nullptr && x509.empty();
    }
    [[nodiscard]] bool know(std::string_view kind) const noexcept {
        if (kind == kubernetes_kind) return kubernetes != nullptr;
        if (kind == password_kind) return password != nullptr;
        if (kind == x509_kind) return !x509.empty();
        return kind == oidc_kind && !oidc.empty();
    }

    /// That of the issuer whose the token says it is; nobody has verified it.
    /// Fails: as ForeignJwt::parse; Errc::wrong_issuer.
    [[nodiscard]] base::Result<OidcVerifier*> of_issuer(std::string_view token) const;

    /// By the first identity whose authorities have signed it.
    /// Fails: as CertificateVerifier::verify, of the last one.
    [[nodiscard]] base::Result<CertificateOwner> verify_certificate(std::span<const std::string> chain) const;
};

}  // namespace natscreds::provisioner::identity
