#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/verifiers.h>
#include <natscreds/provisioner/service/configuration.h>

namespace natscreds::provisioner {

/// The verifiers that a configuration names, with the threads and connections that they need.
///
/// Holds:   issuers are asked from the beginning, each by a thread of its own.
/// Thread:  any.
class Identities {
  public:
    /// None. Fails nowhere.
    Identities();
    /// The clocks must outlive it. Fails: std::errc::invalid_argument for an address that is not https; with the file's
    /// name where keys are in one that cannot be used.
    [[nodiscard]] static base::Result<Identities> open(const Configuration& configuration,
                                                       const base::Clocks& clocks);
    ~Identities();
    Identities(Identities&&) noexcept;
    Identities& operator=(Identities&&) noexcept;

    [[nodiscard]] identity::Verifiers verifiers() const;

    /// What one of them says of itself: "tokens of ISSUER for the audience X", with its keys; or why it cannot check any.
    struct Seen {
        std::string proofs;
        base::Result<std::string> keys;  ///< empty where a cluster is asked about each token
    };
    /// Asks all of them.
    [[nodiscard]] std::vector<Seen> check() const;

  private:
    struct OidcIssuer;
    [[nodiscard]] base::Status open_callout_identities(const Configuration& configuration,
                                                       const base::Clock& clock);

    std::string kubernetes_tokens_;
    std::unique_ptr<identity::Verifier> kubernetes_;
    std::vector<std::unique_ptr<OidcIssuer>> issuers_;
    std::unique_ptr<identity::PasswordVerifier> password_;
    std::vector<identity::CertificateVerifier> x509_;
};

}  // namespace natscreds::provisioner
