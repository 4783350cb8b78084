#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/foreign_jwt.h>
#include <natscreds/provisioner/identity/key_set.h>

namespace natscreds::provisioner::identity {

/// The object that a token is bound to: Kubernetes stops accepting the token when it is deleted.
struct BoundObject {
    std::string kind;  ///< "Pod", "Secret" or "Node"
    std::string name;
    std::string uid;
};

/// What a ServiceAccount's token says about its owner.
struct ServiceAccountClaims {
    std::string namespace_name;
    std::string name;
    std::string uid;
    std::optional<BoundObject> bound_to = {};
    base::Time expires = {};
};

/// What a token must have been made for to count here.
struct Expected {
    std::string issuer;
    std::string audience;  ///< never the API server's own: such a token could be used there
    std::vector<std::string> bound_to =
        {};  ///< kinds of object, of which it must be bound to one; empty: any or none
    std::chrono::seconds clock_tolerance{
        30};  ///< for a token that is not valid yet; none for one that has expired
};

/// A moment, and what is expected at it.
struct Examination {
    const Expected& expected;
    base::Time now;
};

/// A Kubernetes ServiceAccount that was verified to be the one who asks.
///
/// Holds:   made only by verify_offline and verify_by_review; what is granted on the strength of it must end by
///          claims().expires.
/// Source:  Kubernetes, "Managing Service Accounts", bound service account tokens.
class ServiceAccount {
  public:
    [[nodiscard]] const ServiceAccountClaims& claims() const noexcept { return claims_; }

  private:
    explicit ServiceAccount(ServiceAccountClaims claims) : claims_(std::move(claims)) {}
    friend base::Result<ServiceAccount> verify_offline(const ForeignJwt& token, const KeySet& keys,
                                                       const Examination& examination);
    friend base::Result<ServiceAccount> verify_by_review(const ForeignJwt& token, std::string_view answer,
                                                         const Examination& examination);

    ServiceAccountClaims claims_;
};

/// What the token claims, if it is for us and in time. Nobody has verified it.
///
/// Fails:   Errc::wrong_issuer, wrong_audience, expired, not_yet_valid, not_a_service_account, not_bound, in that order;
///          bad_claim where one of them cannot be read.
[[nodiscard]] base::Result<ServiceAccountClaims> examine_claims(const ForeignJwt& token,
                                                                const Examination& examination);

/// The ServiceAccount, by the signature of the cluster's key.
/// Fails: as KeySet::verify and then as examine_claims.
[[nodiscard]] base::Result<ServiceAccount> verify_offline(const ForeignJwt& token, const KeySet& keys,
                                                          const Examination& examination);

}  // namespace natscreds::provisioner::identity
