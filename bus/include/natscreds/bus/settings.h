#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>
#include <natscreds/bus/connection_options.h>

namespace natscreds::bus {

/// The settings that every program which connects has; the order is that of `setting_specs`.
enum class Key {
    server,
    creds,
    nkey,
    user,
    password,
    password_file,
    token,
    tls_cert,
    tls_key,
    tls_ca,
    tls_first,
    timeout,
    context,
    inbox_prefix,
};

/// How one setting is written in each place that it can come from. Empty: it cannot come from there.
struct SettingSpec {
    Key key;
    std::string_view option;         ///< long option, without dashes
    std::string_view short_option;   ///< one letter, without the dash
    std::string_view variable;       ///< of the environment
    std::string_view context_field;  ///< in the context files of the `nats` tool
    std::string_view default_value;
    std::string_view value_name;  ///< "FILE", for help
    std::string_view help;

    /// An option that is given or not; its value is "true".
    [[nodiscard]] constexpr bool is_flag() const noexcept { return value_name.empty() && !option.empty(); }
};

/// All of them: the one place where connection options are declared.
[[nodiscard]] std::span<const SettingSpec> setting_specs() noexcept;

/// Where a value came from; earlier ones win over later ones.
enum class Origin { option, environment, context, default_ };

/// One setting that has a value.
struct Setting {
    std::string value;
    Origin origin = Origin::default_;
    std::string source;       ///< for people: "--creds", "NATS_CREDS", "context prod", "default"
    bool is_content = false;  ///< creds and nkey that come from no file; the value is not the content
    bool is_path = false;     ///< a file's path as it is, in which nothing is to be filled in

    /// The file that the value names; empty where it names none.
    [[nodiscard]] std::string file() const { return is_content ? std::string() : value; }
};

/// Looks up a variable of the environment; `main` passes one that asks the real environment.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// What was given on the command line, as it was typed.
using GivenOptions = std::map<Key, std::string>;

/// The connection settings of one run, each with the place that it came from.
///
/// Holds:   an option beats the environment, which beats the context, which beats the default. The ways to
///          say who one is (creds; nkey; user with password or password-file; token) go together: those from a
///          weaker place than the strongest given are left out.
///          The context is that of --context or NATS_CONTEXT, or else the one that `nats context select` chose;
///          an empty --context is none. An empty variable is no value. Creds and nkey may be references:
///          env://NAME, data:;base64,... and file://PATH; so may a password and a token. nsc://OPERATOR/ACCOUNT/USER is
///          the user's creds file, for which nsc or nsctl is asked; so is "nsc" in a context, which says the
///          servers, too.
/// Fails:   Errc::bad_option: a context that is not there, cannot be read, or needs what we do not have;
///          two ways of the same strength that exclude each other (creds and nkey, password and
///          password-file); a seed or the content of a creds file where its name is asked for.
/// Source:  nats-io/jsm.go natscontext (files in $XDG_CONFIG_HOME/nats/context/NAME.json, or
///          ~/.config/nats/context; context.txt beside that folder).
class Settings {
  public:
    [[nodiscard]] static base::Result<Settings> resolve(GivenOptions given, const Environment& environment);

    /// Nothing where the setting has neither a value nor a default. A password's or token's value reads "***".
    [[nodiscard]] const Setting* find(Key key) const noexcept;

    /// Reads the files that the settings name. Fails with Errc::bad_option for a value that makes no sense
    /// (a timeout, a server, a certificate without its key); with what jwt, nkeys or the system say of a file.
    [[nodiscard]] base::Result<ConnectionOptions> load() const;

    /// The same for somebody else on the same servers: whom the settings name is not looked at.
    [[nodiscard]] base::Result<ConnectionOptions> load_as(jwt::Credentials credentials) const;

    /// A line for each setting: its name, its value with secrets masked, and where it came from.
    [[nodiscard]] std::string describe() const;

  private:
    [[nodiscard]] base::Status take_secret(Key key, const Environment& environment);
    [[nodiscard]] base::Status take_file(Key key, const Environment& environment);
    [[nodiscard]] const base::Secret* secret(Key key) const;
    [[nodiscard]] base::Result<ConnectionOptions> load_servers_and_tls() const;
    [[nodiscard]] base::Status load_keys(ConnectionOptions& options) const;
    [[nodiscard]] base::Status load_user(ConnectionOptions& options) const;

    std::map<Key, Setting> settings_;
    std::map<Key, base::Secret> secrets_;  ///< of creds and nkey those that come from no file
};

/// "nats://a,nats://b". Fails: Errc::bad_option, where one of them is empty or has a blank in it.
[[nodiscard]] base::Result<std::vector<std::string>> parse_servers(std::string_view list);

/// "5s", "500ms", "1m30s", "2h", or a bare number of seconds. Fails: Errc::bad_option; zero and less, too.
[[nodiscard]] base::Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace natscreds::bus
