#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/certificate.h>
#include <natscreds/provisioner/identity/identity_rule.h>

namespace natscreds::provisioner::identity {

/// Clients with certificates, whom a callout lets in: `[[identity.x509]]`.
struct CertificateConfiguration {
    std::string name;          ///< of the identity
    std::filesystem::path ca;  ///< the authorities, as PEM
    std::vector<IdentityRule> rules;

    bool operator==(const CertificateConfiguration&) const = default;
};

/// The owner of a certificate that one of the authorities has signed, directly or not.
///
/// Holds:   made by CertificateVerifier only; what is granted on the strength of it must end by expires().
class CertificateOwner {
  public:
    /// As the configuration calls it.
    [[nodiscard]] const std::string& identity() const noexcept { return identity_; }
    /// SHA-256 of the public key that signed it, in hexadecimal: renewed authorities stay what they are.
    [[nodiscard]] const std::string& issuer_key() const noexcept { return issuer_key_; }
    [[nodiscard]] const CertificateNames& names() const noexcept { return names_; }
    /// When the first of its chain ends.
    [[nodiscard]] base::Time expires() const noexcept { return expires_; }
    [[nodiscard]] const IdentityRule& rule() const noexcept { return rule_; }

  private:
    friend class CertificateVerifier;
    CertificateOwner() = default;

    std::string identity_;
    std::string issuer_key_;
    CertificateNames names_;
    base::Time expires_{};
    IdentityRule rule_;
};

/// Verifies certificates of one identity. That the client has the key is for the server to verify, which it does in each
/// TLS handshake.
///
/// Holds:   the chain ends at a certificate of the file, each of it is in time, its keys and digests are strong enough
///          (112 bits), and the first is no authority's, and made for clients (extended key usage).
/// Thread:  any.
class CertificateVerifier {
  public:
    /// Fails: the system's error, or Errc::bad_certificate where the file has none; with its name.
    [[nodiscard]] static base::Result<CertificateVerifier> load(CertificateConfiguration configuration,
                                                                const base::Clock& clock);
    ~CertificateVerifier();
    CertificateVerifier(CertificateVerifier&&) noexcept;
    CertificateVerifier& operator=(CertificateVerifier&&) noexcept = delete;

    /// `chain` is PEM, the client's own first, then those that may have signed it.
    /// Fails: Errc::bad_certificate; Errc::untrusted_certificate, with what is wrong; Errc::no_rule.
    [[nodiscard]] base::Result<CertificateOwner> verify(std::span<const std::string> chain) const;

    [[nodiscard]] const CertificateConfiguration& configuration() const noexcept { return configuration_; }
    /// How many authorities there are.
    [[nodiscard]] std::size_t authorities() const noexcept;

  private:
    struct Authorities;
    CertificateVerifier(CertificateConfiguration configuration, const base::Clock& clock,
                        std::unique_ptr<Authorities> authorities);

    CertificateConfiguration configuration_;
    const base::Clock& clock_;
    std::unique_ptr<Authorities> authorities_;
};

}  // namespace natscreds::provisioner::identity
