#pragma once

#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/service_account.h>

namespace natscreds::provisioner::identity {

/// Tells whose ServiceAccount's token it is, offline or by asking the cluster. Thread: any.
class Prover {
  public:
    virtual ~Prover() = default;

    /// Fails: as prove_offline or prove_by_review; Errc::stale_keys or unreachable when the cluster has to be asked,
    ///        and does not answer.
    [[nodiscard]] virtual base::Result<ServiceAccount> prove(std::string_view token) = 0;

    /// Whether tokens could be proven now: the cluster is asked.
    /// Fails: as prove() where it does not answer, or not us.
    [[nodiscard]] virtual base::Status check() { return {}; }
};

}  // namespace natscreds::provisioner::identity
