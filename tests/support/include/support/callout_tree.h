#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/temp_dir.h>

namespace natscreds::support {

/// How clients without an operator's JWT come to the callout.
enum class WayIn {
    configuration,     ///< the accounts stand in the server's configuration
    default_sentinel,  ///< operator mode; the server takes a sentinel for them (2.11 and newer)
    sentinel_creds,    ///< operator mode; they bring a sentinel's creds
};
std::ostream& operator<<(std::ostream& out, WayIn way);

enum class Sealed { no, yes };

/// The keys, accounts and users of a callout, new and in files of a folder of its own: AUTH, where the service is
/// asked, APP, where users are put, and SYS.
///
/// Holds:   server configuration and policy agree. With an operator APP has a signing key more, others.nk, which is in no
///          policy.
class CalloutTree {
  public:
    CalloutTree(WayIn way, Sealed sealed);

    [[nodiscard]] std::string server_config() const;

    /// Writes a configuration of the service for this server, and returns its path. `identity` are the lines of its
    /// [identity.kubernetes]; NatsServiceRoles are read from roles().
    [[nodiscard]] std::filesystem::path write_policy(
        const std::string& server, const std::string& identity = "issuer = \"https://cluster\"\n") const;

    /// Without ServiceAccounts, and with these lines.
    struct Lines {
        std::string server;
        std::string connection = {};  ///< of each connection, beside its user
        std::string callout = {};     ///< of [callout]
        std::string rest;             ///< the roles and identities
    };
    [[nodiscard]] std::filesystem::path write_policy(const Lines& lines) const;

    [[nodiscard]] std::filesystem::path roles() const { return folder_ / "roles"; }

    /// Empty where clients need none.
    [[nodiscard]] std::string sentinel_creds() const {
        return way_ == WayIn::sentinel_creds ? (folder_ / "sentinel.creds").string() : "";
    }

    /// As the service, a user of AUTH.
    [[nodiscard]] std::string service_creds() const { return (folder_ / "callout.creds").string(); }
    static constexpr const char* service_password = "callout's own";

    [[nodiscard]] const TempDir& folder() const noexcept { return folder_; }

  private:
    [[nodiscard]] std::string configured() const;
    [[nodiscard]] std::string operated() const;

    WayIn way_;
    Sealed sealed_;
    TempDir folder_;
    nkeys::SigningKey operator_;
    nkeys::SigningKey sys_;
    nkeys::SigningKey auth_;
    nkeys::SigningKey auth_signer_;
    nkeys::SigningKey app_;
    nkeys::SigningKey app_signer_;
    nkeys::CurveKey xkey_;
    std::string operator_config_;
};

}  // namespace natscreds::support
