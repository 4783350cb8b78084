#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include <natscreds/base/clock.h>
#include <natscreds/provisioner/policy/policy.h>

namespace natscreds::provisioner {

/// What `nsctl provisioning status` and `nsctl rotate --finish` compare with the servers: "account.A..." has the moment
/// when the JWT that is issued by was issued; "role.NAME" its account and signing key, and "unusable" where the account
/// does not list the key so; "alone.NAME" when all that may have been issued by another key has expired.
///
/// Thread:  any.
class IssuingFacts {
  public:
    /// The policy that is in force from now on. What a process before this one issued nobody knows here, so the first one
    /// counts as a change of every key.
    void note(const Policy& policy, base::Time now);

    [[nodiscard]] std::map<std::string, std::string> said_of(const Policy& policy) const;

  private:
    struct Signed {
        std::string key;
        std::chrono::seconds longest_ttl{0};
        base::Time alone_from;
    };

    mutable std::mutex mutex_;
    std::map<std::string, Signed> roles_;
};

}  // namespace natscreds::provisioner
