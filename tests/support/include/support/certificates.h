#pragma once

#include <string>

#include <natscreds/bus/connection_options.h>
#include <support/temp_dir.h>

namespace natscreds::support {

/// A folder of certificates as conf/tls/make-certs makes them, with new keys: `folder() / "tls"`.
///
/// Fails:   throws, which fails the test.
class Certificates {
  public:
    Certificates();

    [[nodiscard]] const TempDir& folder() const noexcept { return folder_; }

    /// "acme.pem", "acme-key.pem".
    [[nodiscard]] std::string file(const std::string& name) const {
        return (folder_ / "tls" / name).string();
    }

    /// What a client with that certificate connects with; without a name, one that has none.
    [[nodiscard]] bus::ConnectionOptions client(const std::string& url, const std::string& name = "") const;

    /// Puts in the certificate's place one that differs only in that it ended yesterday.
    void expire(const std::string& name) const;

  private:
    TempDir folder_;
};

}  // namespace natscreds::support
