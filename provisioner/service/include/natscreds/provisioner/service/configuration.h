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
#include <natscreds/provisioner/core/policy.h>
#include <natscreds/provisioner/service/kubernetes_identity.h>
#include <natscreds/provisioner/service/role_feed.h>

namespace natscreds::provisioner {

/// Whether the server vouches for who asks: the requester's account and key then stand in the subject, and the
/// server's permissions make them true. Without that, everyone who may ask at all looks alike. Or no requests are
/// answered, and there are callouts only.
enum class Requests { direct, vouched, none };

/// A role as it is configured: what its users may do, and the file with the seed that signs for them.
struct RoleConfiguration {
    Role role;
    std::filesystem::path signing_key;

    bool operator==(const RoleConfiguration&) const = default;
};

/// Where names, denials and generations are kept.
struct LedgerConfiguration {
    enum class Kind { memory, sqlite, jetstream };
    Kind kind = Kind::memory;
    std::filesystem::path file;                                   ///< sqlite
    std::string bucket;                                           ///< jetstream
    int replicas = 1;                                             ///< jetstream, when the bucket is made
    std::string home;                                             ///< jetstream: the cluster it lies in
    std::chrono::seconds max_offline = std::chrono::minutes(15);  ///< jetstream: renewing without the bucket
    std::size_t most_names = 1'000'000;                           ///< memory, jetstream

    bool operator==(const LedgerConfiguration&) const = default;
};

/// Servers' questions who may connect, as whom they are answered.
struct CalloutConfiguration {
    /// Whether the servers' accounts are an operator's JWTs, or stand in their configuration.
    enum class Mode { operator_, configuration };
    Mode mode = Mode::operator_;
    std::string account;                ///< configuration mode: the name of the one that users are put in
    std::filesystem::path account_key;  ///< the seed that signs answers: the callout account's
    std::filesystem::path xkey;  ///< the seed of the curve key that questions are sealed for; empty: none
    std::filesystem::path service_account;  ///< the callout account's JWT, to be looked at; empty: unseen
    std::string role;              ///< one of the roles: its key signs the users, for as long as it says
    bus::GivenOptions connection;  ///< as a user of the callout's account
    bus::GivenOptions system;      ///< as a user of the system account; empty: without

    bool operator==(const CalloutConfiguration&) const = default;
};

enum class LogFormat { text, json };
enum class LogLevel { everything, warnings };

struct LogConfiguration {
    LogFormat format = LogFormat::text;
    LogLevel level = LogLevel::everything;
};

/// Each worker is a thread for each subject.
constexpr std::size_t most_workers = 1024;

/// All that the service is told at start, by a TOML file or by flags.
///
/// Shape:   each key of the file has the name of a field here; `tests/data/provisioner` and
///          conf/policy/chat.toml show them. Paths are relative to the file's folder. Times are texts such as
///          "90s", "15m", "24h".
/// Holds:   once parsed, the parts agree: the default role exists, vouched requests name their client accounts,
///          direct ones have no shared ledger, callouts a role, and servers without an operator callouts alone. The files that it names have not been looked at.
struct Configuration {
    std::filesystem::path account;
    std::filesystem::path service_account;  ///< the JWT of the service's own, to be looked at; empty: unseen
    std::string server_id;
    std::string prefix{access::Subjects::default_prefix};  ///< of the request subjects
    std::string queue = "provisioner";
    std::vector<std::string> reply_prefixes{"_INBOX", "_INBOX_", "_R_"};
    std::size_t workers = 2;
    Requests requests = Requests::direct;
    std::vector<RoleConfiguration> roles;
    PolicyRules rules;
    std::optional<KubernetesIdentity> kubernetes;  ///< none: no proofs of identity are believed
    LedgerConfiguration ledger;
    std::filesystem::path audit;  ///< empty: no audit
    std::string http;             ///< ADDRESS:PORT; empty: none
    LogConfiguration log;
    bus::GivenOptions connection;
    bus::GivenOptions
        system;  ///< a user of the system account, to follow the account's JWT; empty: its file is followed
    std::optional<CalloutConfiguration> callout;
    std::optional<ServiceRolesConfiguration>
        service_roles;                          ///< none: no ServiceAccount has a role of its own
    std::optional<TokensConfiguration> tokens;  ///< none: none are kept in Secrets
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
