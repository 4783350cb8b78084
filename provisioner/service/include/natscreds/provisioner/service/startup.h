#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection_options.h>
#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/signing_key.h>
#include <natscreds/provisioner/callout/callout.h>
#include <natscreds/provisioner/policy/policy.h>
#include <natscreds/provisioner/service/configuration.h>

namespace natscreds::provisioner {

/// What has to be there before the service starts, and again before it goes over to a new configuration.

/// Reads and checks a configuration file. Where it cannot be read, the system's error is the one mistake.
[[nodiscard]] ReadConfiguration read_configuration_file(const std::filesystem::path& file);
/// The same. Fails: with the first mistake.
[[nodiscard]] base::Result<Configuration> load_configuration(const std::filesystem::path& file);

/// The tutorial's deployment, for which flags are enough.
struct TutorialFlags {
    std::filesystem::path account;
    std::filesystem::path signing_key;
    std::string server_id;
    PlainNames plain_names = PlainNames::refused;
};
/// Direct requests, and the role `chat` with the tutorial's subjects for the account's name.
[[nodiscard]] base::Result<Configuration> tutorial_configuration(const TutorialFlags& flags);

/// An account's JWT. Fails: jwt::Errc or the system's error, with the file's name.
[[nodiscard]] base::Result<jwt::Decoded<jwt::AccountClaims>> load_account(const std::filesystem::path& file);

/// The policy that a configuration describes: account and signing keys are read, and each role is tried.
/// Fails: IssuerErrc; jwt::Errc, nkeys::Errc or the system's error, with the file's name; std::errc::
///        permission_denied for a seed that others can read; std::errc::invalid_argument for a role whose
///        holders could read each other's replies, could ask in another's name, or could not renew although they should, and for the
///        example's key in `client_accounts`.
[[nodiscard]] base::Result<Policy> load_policy(const Configuration& configuration, base::Time now);
/// All of its errors, not the first alone; none: it can be loaded.
[[nodiscard]] std::vector<base::Error> policy_errors(const Configuration& configuration, base::Time now);

/// The user of the system account that `[system]` names; nothing without one. Fails: as bus::Settings.
[[nodiscard]] base::Result<std::optional<bus::ConnectionOptions>> load_system(
    const Configuration& configuration);

/// What a callout works with beside the policy.
struct CalloutSetup {
    bus::ConnectionOptions connection;             ///< a user of the callout's account
    std::optional<bus::ConnectionOptions> system;  ///< a user of the system account
    Callout::Settings settings;
};
/// What the configuration's callout names, which has to be there: its keys and its users. Servers and
/// authorities that it does not name are those of the service's own connection.
/// Fails: nkeys::Errc or the system's error, with the file's name; std::errc::permission_denied for a seed that
///        others can read; as bus::Settings.
[[nodiscard]] base::Result<CalloutSetup> load_callout(const Configuration& configuration);
[[nodiscard]] std::vector<base::Error> callout_errors(const Configuration& configuration);

}  // namespace natscreds::provisioner
