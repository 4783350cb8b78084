#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/access/subjects.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/settings.h>
#include <natscreds/provisioner/callout/callout_configuration.h>
#include <natscreds/provisioner/identity/certificate_verifier.h>
#include <natscreds/provisioner/identity/oidc_configuration.h>
#include <natscreds/provisioner/identity/password_verifier.h>
#include <natscreds/provisioner/kubernetes/identity_configuration.h>
#include <natscreds/provisioner/kubernetes/service_roles_configuration.h>
#include <natscreds/provisioner/ledger/ledger_configuration.h>
#include <natscreds/provisioner/observation/log_configuration.h>
#include <natscreds/provisioner/policy/policy.h>
#include <natscreds/provisioner/requests/requests.h>

namespace natscreds::provisioner {

/// A role as it is configured: what its users may do, and the file with the seed that signs for them.
struct RoleConfiguration {
    Role role;
    std::filesystem::path signing_key;
    std::filesystem::path account =
        {};  ///< the JWT of the account that its users are of; empty: the default one

    bool operator==(const RoleConfiguration&) const = default;
};

/// Each worker is a thread for each subject.
constexpr std::size_t max_workers = 1024;

/// All that the service is told at start, by a TOML file or by flags.
///
/// Shape:   each key of the file has the name of a field here; `tests/data/provisioner` and
///          conf/policy/chat.toml show them. Paths are relative to the file's folder. Times are texts such as
///          "90s", "15m", "24h".
/// Holds:   once parsed, the parts agree: the default role exists, vouched requests name their client accounts,
///          direct ones have no shared ledger, callouts a role, and servers without an operator callouts alone. The files that it names have not been looked at.
struct Configuration {
    std::filesystem::path account;          ///< the JWT of the default one
    std::filesystem::path service_account;  ///< the JWT of the service's own, to be looked at; empty: unseen
    std::filesystem::path passphrase_file;  ///< opens sealed seeds; empty: all are plain
    std::string server_id;
    std::string prefix{access::Subjects::default_prefix};  ///< of the request subjects
    std::string queue = "provisioner";
    std::vector<std::string> reply_prefixes{"_INBOX", "_INBOX_", "_R_"};
    std::size_t workers = 2;
    Requests requests = Requests::direct;
    std::vector<RoleConfiguration> roles;
    PolicyRules rules;
    std::optional<kubernetes::IdentityConfiguration>
        kubernetes;                                           ///< none: no ServiceAccount's token is believed
    std::vector<identity::OidcConfiguration> oidc;            ///< whose tokens are believed besides
    std::optional<identity::PasswordConfiguration> password;  ///< by a callout alone, as the next
    std::vector<identity::CertificateConfiguration> x509;
    LedgerConfiguration ledger;
    std::filesystem::path audit;  ///< empty: no audit
    std::string http;             ///< ADDRESS:PORT; empty: none
    LogConfiguration log;
    bus::GivenOptions connection;
    bus::GivenOptions
        system;  ///< a user of the system account, to follow the account's JWT; empty: its file is followed
    std::optional<CalloutConfiguration> callout;
    std::optional<kubernetes::ServiceRolesConfiguration>
        service_roles;                                      ///< none: no ServiceAccount has a role of its own
    std::optional<kubernetes::TokensConfiguration> tokens;  ///< none: none are kept in Secrets
    /// The accounts' JWTs, each file once, the default one first; none for servers without an operator.
    [[nodiscard]] std::vector<std::filesystem::path> account_files() const;

    /// Each key that was looked for, as "names.grace", and its value as text, given or not: to compare two with.
    std::map<std::string, std::string> values;
};

/// What a file says, and all that is wrong with it: ConfigurationErrc, each with file, line and key in the detail, in the
/// order of the lines. What is not TOML is one mistake. With any mistake the configuration is not to be used.
struct ReadConfiguration {
    Configuration configuration;
    std::vector<base::Error> mistakes;
};

/// Reads the text of a configuration file; `file` is named in errors and is where relative paths start.
[[nodiscard]] ReadConfiguration read_configuration(std::string_view text, const std::filesystem::path& file);

/// The same. Fails: with the first mistake.
[[nodiscard]] base::Result<Configuration> parse_configuration(std::string_view text,
                                                              const std::filesystem::path& file);

/// Why a configuration cannot be used.
enum class ConfigurationErrc {
    not_toml = 1,   ///< it cannot be read as TOML
    unknown_key,    ///< a key that means nothing here
    wrong_type,     ///< a key with a value of another type
    bad_value,      ///< a value of the right type that makes no sense
    missing_key,    ///< a key that has to be there
    contradiction,  ///< two keys that exclude each other
};

std::error_code make_error_code(ConfigurationErrc) noexcept;

}  // namespace natscreds::provisioner

template <>
struct std::is_error_code_enum<natscreds::provisioner::ConfigurationErrc> : std::true_type {};
