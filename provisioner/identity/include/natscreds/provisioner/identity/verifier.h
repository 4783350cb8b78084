#pragma once

#include <string_view>
#include <variant>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/certificate_verifier.h>
#include <natscreds/provisioner/identity/oidc_identity.h>
#include <natscreds/provisioner/identity/password_verifier.h>
#include <natscreds/provisioner/identity/service_account.h>

namespace natscreds::provisioner::identity {

/// Who asks, verified: a kind of identity each.
using Verified = std::variant<ServiceAccount, OidcIdentity, PasswordUser, CertificateOwner>;

/// Tells whose a token is, by keys or by asking whoever issued it. Thread: any.
class Verifier {
  public:
    virtual ~Verifier() = default;

    /// Fails: as verify_offline, verify_by_review or verify_oidc; Errc::stale_keys or unreachable when the issuer has to be
    ///        asked, and does not answer.
    [[nodiscard]] virtual base::Result<Verified> verify(std::string_view token) = 0;

    /// Whether tokens could be verified now: the issuer is asked.
    /// Fails: as verify() where it does not answer, or not us.
    [[nodiscard]] virtual base::Status check() { return {}; }
};

}  // namespace natscreds::provisioner::identity
