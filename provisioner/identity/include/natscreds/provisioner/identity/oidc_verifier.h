#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <natscreds/base/clock.h>
#include <natscreds/provisioner/identity/key_source.h>
#include <natscreds/provisioner/identity/oidc_identity.h>
#include <natscreds/provisioner/identity/verifier.h>

namespace natscreds::provisioner::identity {

/// Proves tokens of one OpenID Connect issuer by the keys that it publishes.
///
/// Holds:   keys are never asked for on behalf of a token that is not for us, or not in time.
class OidcVerifier final : public Verifier {
  public:
    OidcVerifier(OidcExpected expected, KeySource& keys, const base::Clock& clock)
        : expected_(std::move(expected)), keys_(keys), clock_(clock) {}

    [[nodiscard]] base::Result<Verified> verify(std::string_view token) override;
    [[nodiscard]] base::Status check() override;

    /// As check(); which keys there are.
    [[nodiscard]] base::Result<KeySet> ask() { return keys_.renew(); }

    [[nodiscard]] const OidcExpected& expected() const noexcept { return expected_; }

    /// The role that the rules would give, if the token is what it claims to be; nothing where none does.
    [[nodiscard]] std::optional<std::string> claimed_role(std::string_view token) const;

  private:
    const OidcExpected expected_;
    KeySource& keys_;
    const base::Clock& clock_;
};

}  // namespace natscreds::provisioner::identity
