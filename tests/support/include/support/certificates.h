#pragma once

#include <string>

#include <natscreds/bus/connection_options.h>
#include <support/temp_dir.h>

namespace natscreds::support {

/// A folder of certificates as conf/tls/make-certs makes them: `folder() / "tls"`.
///
/// Holds:   two that live at a time have different keys and authorities; one that comes later may have those of one
///          that is gone, as they were made.
/// Thread:  made and ended by the test's own.
/// Fails:   throws, which fails the test.
class Certificates {
  public:
    Certificates();
    ~Certificates();
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

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
    struct Made;
    static Made& take();

    Made& made_;
    TempDir folder_;
};

}  // namespace natscreds::support
