#pragma once

#include <string_view>
#include <variant>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/oidc_identity.h>
#include <natscreds/provisioner/identity/service_account.h>

namespace natscreds::provisioner::identity {

/// Who asks, proven: a kind of identity each.
using Proof = std::variant<ServiceAccount, OidcIdentity>;

/// Tells whose token it is, by keys or by asking whoever issued it. Thread: any.
class Prover {
  public:
    virtual ~Prover() = default;

    /// Fails: as prove_offline, prove_by_review or prove_oidc; Errc::stale_keys or unreachable when the issuer has to be
    ///        asked, and does not answer.
    [[nodiscard]] virtual base::Result<Proof> prove(std::string_view token) = 0;

    /// Whether tokens could be proven now: the issuer is asked.
    /// Fails: as prove() where it does not answer, or not us.
    [[nodiscard]] virtual base::Status check() { return {}; }
};

}  // namespace natscreds::provisioner::identity
