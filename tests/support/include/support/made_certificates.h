#pragma once

#include <string>

#include <support/temp_dir.h>

namespace natscreds::support {

/// An authority of one test, with what it signs: for certificates that conf/tls/make-certs would never make.
///
/// Fails:   throws, with what openssl(1) said.
class MadeAuthority {
  public:
    enum class Signs { yes, no };

    explicit MadeAuthority(const std::string& name);
    /// One that another authority has signed; with Signs::no as a client, which may not sign.
    MadeAuthority(const std::string& name, const MadeAuthority& by, Signs signs = Signs::yes);

    struct Wanted {
        std::string subject;               ///< "/OU=shop/CN=ann"
        std::string names = {};            ///< "DNS:a,email:b@c": subject alternative names
        std::string usage = "clientAuth";  ///< empty: no extended key usage
        int days = 1;
    };
    /// A new certificate, as PEM. Its key is the authority's folder's "client-key.pem".
    [[nodiscard]] std::string issue(const Wanted& wanted) const;

    /// "ca.pem", "ca-key.pem"; "client.pem" and "client-key.pem" of what was issued last.
    [[nodiscard]] std::string file(const std::string& name) const { return (folder_ / name).string(); }

  private:
    void openssl(const std::string& line) const;

    TempDir folder_;
};

}  // namespace natscreds::support
