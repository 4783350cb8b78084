#pragma once

#include <string>

#include <natscreds/base/clock.h>
#include <natscreds/provisioner/identity/key_set.h>
#include <natscreds/provisioner/identity/service_roles.h>
#include <natscreds/provisioner/identity/verifier.h>
#include <support/foreign_issuer.h>

namespace natscreds::support {

/// A cluster that issues tokens of ServiceAccounts, and proves its own offline. Thread: any.
class TokenCluster final : public provisioner::identity::Verifier {
  public:
    explicit TokenCluster(const base::Clock& clock);

    [[nodiscard]] std::string token(const provisioner::identity::AccountName& account,
                                    base::Time expires) const;

    [[nodiscard]] base::Result<provisioner::identity::Verified> verify(std::string_view token) override;

  private:
    const base::Clock& clock_;
    ForeignIssuer issuer_;
    provisioner::identity::KeySet keys_;
};

}  // namespace natscreds::support
