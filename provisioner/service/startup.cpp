#include <natscreds/provisioner/service/startup.h>

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <natscreds/access/subjects.h>
#include <natscreds/base/file.h>
#include <natscreds/bus/settings.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/nkeys/key_file.h>
#include <natscreds/provisioner/policy/reach.h>

namespace natscreds::provisioner {
namespace {

using Account = jwt::Decoded<jwt::AccountClaims>;

constexpr std::size_t max_bytes = 1024 * 1024;
/// A presence message of the chat carries a whole user JWT.
constexpr std::int64_t least_payload = 8192;

base::Status check_private(const std::filesystem::path& path) {
    const base::Result<bool> open = base::readable_by_others(path);
    if (!open) return open.error();
    if (!*open) return {};
    return base::Error{std::make_error_code(std::errc::permission_denied),
                       path.string() + ": others can read this seed (chmod 600 " + path.string() + ")"};
}

/// The service's seeds, of which those that are sealed are opened with the passphrase of one file.
class SeedFiles {
  public:
    explicit SeedFiles(const std::filesystem::path& passphrase_file)
        : passphrase_file_(passphrase_file),
          unlocker_([file = passphrase_file]() -> base::Result<base::Secret> {
              if (file.empty()) return base::Error{nkeys::SealErrc::locked, ""};
              if (const base::Status hidden = check_private(file); !hidden) return hidden.error();
              return nkeys::Unlocker::from_file(file)();
          }) {}

    [[nodiscard]] base::Result<nkeys::SigningKey> signing_key(const std::filesystem::path& path) {
        if (const base::Status hidden = check_private(path); !hidden) return hidden.error();
        base::Result<nkeys::SigningKey> key = nkeys::load_seed(path, &unlocker_);
        if (!key) return with_passphrase_file(key.error());
        if (key->public_key().kind() == nkeys::Kind::account) return key;
        return base::Error{nkeys::Errc::wrong_kind, path.string() + ": seed of the kind " +
                                                        std::string(nkeys::name(key->public_key().kind())) +
                                                        " instead of account"};
    }

    [[nodiscard]] base::Result<std::optional<nkeys::CurveKey>> xkey(const std::filesystem::path& path) {
        if (path.empty()) return std::optional<nkeys::CurveKey>();
        if (const base::Status hidden = check_private(path); !hidden) return hidden.error();
        base::Result<nkeys::CurveKey> key = nkeys::load_curve_seed(path, &unlocker_);
        if (!key) return with_passphrase_file(key.error());
        return std::optional(std::move(*key));
    }

  private:
    /// Of a passphrase that does not fit, where it came from.
    [[nodiscard]] base::Error with_passphrase_file(base::Error error) const {
        if (error.code == nkeys::SealErrc::wrong_passphrase)
            error.detail += ", with the passphrase of " + passphrase_file_.string();
        return error;
    }

    std::filesystem::path passphrase_file_;
    nkeys::Unlocker unlocker_;
};

base::Error bad_role(const Role& role, const std::string& why) {
    return {std::make_error_code(std::errc::invalid_argument), "role " + role.name + ": " + why};
}

/// Where everybody may listen to every inbox, everybody can read everybody's replies.
base::Status check_inbox(const Role& role) {
    const jwt::Permission& sub = role.permissions.sub;
    const std::string own = "_INBOX_.{{subject()}}.>";
    if (!reaches_all(sub, own)) return bad_role(role, "it has to subscribe to its own inbox, " + own);
    for (const char* anothers : {"_INBOX.{{another}}", "_INBOX.{{another}}.>", "_INBOX_.{{another}}.>"}) {
        const auto entry = reaching(sub, anothers);
        if (entry) return bad_role(role, "with " + *entry + " it can listen to other users' inboxes");
    }
    return {};
}

/// Whoever may publish a vouched request with another's key is that other to the service.
base::Status check_requests(const Role& role, const Configuration& configuration) {
    if (configuration.requests != Requests::vouched) return {};
    // What NatsServiceRoles are given besides: nothing listed is nothing allowed.
    const bool besides = role.name == configuration.rules.service_role;
    if (besides && role.permissions.pub.allow.empty()) return {};
    const auto entry = forging(role.permissions.pub, configuration.prefix);
    if (!entry) return {};
    return bad_role(role,
                    "with publish " + *entry + " its users could ask in the name of any other user; of " +
                        configuration.prefix + ".access and .renew they may publish .{{subject()}} alone");
}

base::Status check_renewal(const Role& role, const Configuration& configuration) {
    if (role.renewable == Renewable::no) return {};
    const bool vouched = configuration.requests == Requests::vouched;
    const std::string subject = configuration.prefix + (vouched ? ".renew.{{subject()}}" : ".renew");
    if (!reaches_all(role.permissions.pub, subject))
        return bad_role(role, "it is renewable, so it has to publish to " + subject);
    const std::int64_t payload = role.permissions.payload;
    if (payload == jwt::no_limit || payload >= least_payload) return {};
    return bad_role(role, "it is renewable, so its payload is at least " + std::to_string(least_payload));
}

/// The account that roles are of.
using AnyAccount = std::variant<Account, ConfiguredAccount>;

/// By its file; a configured one, which has none, as that of no file. Each is looked at once, and its error told once.
class AccountsOfRoles {
  public:
    AccountsOfRoles(const Configuration& configuration, std::vector<base::Error>& errors) {
        using Mode = CalloutConfiguration::Mode;
        const auto& callout = configuration.callout;
        if (callout && callout->mode == Mode::configuration)
            found_.emplace("", ConfiguredAccount{callout->account});
        for (const std::filesystem::path& file : configuration.account_files()) {
            base::Result<Account> account = load_account(file);
            if (account) found_.emplace(file, std::move(*account));
            if (!account) errors.push_back(account.error());
        }
        default_ = configuration.account;
    }

    /// Null where its file cannot be read.
    [[nodiscard]] const AnyAccount* of(const RoleConfiguration& role) const {
        return at(role.account.empty() ? default_ : role.account);
    }

    /// The default one; empty where its file cannot be read.
    [[nodiscard]] std::string default_name() const {
        const AnyAccount* const found = at(default_);
        if (found == nullptr) return {};
        const auto* const account = std::get_if<Account>(found);
        return account != nullptr ? account->content.subject : std::get<ConfiguredAccount>(*found).name;
    }

  private:
    [[nodiscard]] const AnyAccount* at(const std::filesystem::path& file) const {
        const auto found = found_.find(file);
        return found != found_.end() ? &found->second : nullptr;
    }

    std::map<std::filesystem::path, AnyAccount> found_;
    std::filesystem::path default_;
};

/// What a NatsServiceRole allows stands in the JWT, where a scoped key's users carry nothing.
base::Status check_service_role(const Issuer& issuer, const PolicyRules& rules) {
    if (issuer.role().name != rules.service_role || issuer.unscoped()) return {};
    return bad_role(issuer.role(),
                    "it is that of NatsServiceRoles, so its signing key has to be without a scope");
}

/// That of the examples, whose place the operator's own keys take.
base::Status check_client_accounts(const PolicyRules& rules) {
    for (const nkeys::PublicKey& key : rules.client_accounts) {
        if (key.text().find_first_not_of('A') == std::string::npos)
            return base::Error{std::make_error_code(std::errc::invalid_argument),
                               "client_accounts has the example's " + key.text() +
                                   ", which is nobody's key: put the client account's there"};
    }
    return {};
}

base::Result<Issuer> make_issuer(const RoleConfiguration& configured, AnyAccount account, SeedFiles& seeds,
                                 base::Time now) {
    base::Result<nkeys::SigningKey> key = seeds.signing_key(configured.signing_key);
    if (!key) return key.error();
    return Issuer::create({.account = std::move(account), .key = std::move(*key), .role = configured.role},
                          now);
}

using Errors = std::vector<base::Error>;

void note(const base::Status& status, Errors& errors) {
    if (!status) errors.push_back(status.error());
}

/// Fails with the first of the errors.
base::Result<Policy> build_policy(const Configuration& configuration, base::Time now, Errors& errors) {
    const AccountsOfRoles accounts(configuration, errors);
    SeedFiles seeds(configuration.passphrase_file);
    std::vector<Issuer> issuers;
    for (const RoleConfiguration& configured : configuration.roles) {
        const AnyAccount* const account = accounts.of(configured);
        std::optional<base::Result<Issuer>> issuer;
        if (account != nullptr) issuer = make_issuer(configured, *account, seeds, now);
        if (issuer && !*issuer) errors.push_back(issuer->error());
        note(check_inbox(configured.role), errors);
        note(check_requests(configured.role, configuration), errors);
        note(check_renewal(configured.role, configuration), errors);
        if (!issuer || !*issuer) continue;
        note(check_service_role(**issuer, configuration.rules), errors);
        issuers.push_back(std::move(**issuer));
    }
    note(check_client_accounts(configuration.rules), errors);
    if (!errors.empty()) return errors.front();
    base::Result<Policy> policy =
        Policy::create(configuration.rules, std::move(issuers), accounts.default_name());
    if (!policy) errors.push_back(policy.error());
    return policy;
}

/// The environment says who the service is, not who its other users are; but they are of the same servers.
base::Result<bus::ConnectionOptions> load_user(bus::GivenOptions given, const Configuration& configuration) {
    for (const bus::Key key : {bus::Key::server, bus::Key::tls_ca}) {
        const auto own = configuration.connection.find(key);
        if (own != configuration.connection.end()) given.insert(*own);
    }
    const auto settings =
        bus::Settings::resolve(std::move(given), [](std::string_view) { return std::nullopt; });
    if (!settings) return settings.error();
    base::Result<bus::ConnectionOptions> options = settings->load();
    if (options) options->name = "nats-provisioner";
    return options;
}

/// What a callout is made of, each thing loaded by itself.
struct CalloutParts {
    base::Result<nkeys::SigningKey> key;
    base::Result<std::optional<nkeys::CurveKey>> xkey;
    base::Result<bus::ConnectionOptions> connection;
    base::Result<std::optional<bus::ConnectionOptions>> system;
};

base::Result<std::optional<bus::ConnectionOptions>> load_callout_system(const Configuration& configuration) {
    if (configuration.callout->system.empty()) return std::optional<bus::ConnectionOptions>();
    base::Result<bus::ConnectionOptions> loaded = load_user(configuration.callout->system, configuration);
    if (!loaded) return loaded.error().within("[callout.system]");
    return std::optional(std::move(*loaded));
}

CalloutParts load_parts(const Configuration& configuration) {
    const CalloutConfiguration& callout = *configuration.callout;
    base::Result<bus::ConnectionOptions> connection = load_user(callout.connection, configuration);
    if (!connection) connection = connection.error().within("[callout.connection]");
    SeedFiles seeds(configuration.passphrase_file);
    return {.key = seeds.signing_key(callout.account_key),
            .xkey = seeds.xkey(callout.xkey),
            .connection = std::move(connection),
            .system = load_callout_system(configuration)};
}

Errors errors_of(const CalloutParts& parts) {
    Errors errors;
    if (!parts.key) errors.push_back(parts.key.error());
    if (!parts.xkey) errors.push_back(parts.xkey.error());
    if (!parts.connection) errors.push_back(parts.connection.error());
    if (!parts.system) errors.push_back(parts.system.error());
    return errors;
}

}  // namespace

ReadConfiguration read_configuration_file(const std::filesystem::path& file) {
    const base::Result<std::string> text = base::read_file(file, max_bytes);
    if (!text) return {.configuration = {}, .mistakes = {text.error()}};
    return read_configuration(*text, file);
}

base::Result<Configuration> load_configuration(const std::filesystem::path& file) {
    ReadConfiguration found = read_configuration_file(file);
    if (!found.mistakes.empty()) return found.mistakes.front();
    return std::move(found.configuration);
}

base::Result<jwt::Decoded<jwt::AccountClaims>> load_account(const std::filesystem::path& path) {
    const base::Result<std::string> text = base::read_file(path, max_bytes);
    if (!text) return text.error();
    const base::Result<std::string> token = jwt::find_token(*text);
    if (!token) return token.error().within(path.string());
    base::Result<Account> account = jwt::decode<jwt::AccountClaims>(*token);
    if (!account) return account.error().within(path.string());
    return account;
}

base::Result<Configuration> tutorial_configuration(const TutorialFlags& flags) {
    const base::Result<Account> account = load_account(flags.account);
    if (!account) return account.error();
    base::Result<Role> role = chat_role(account->content.name);
    if (!role) return role.error();
    Configuration configuration;
    configuration.account = flags.account;
    configuration.server_id = flags.server_id;
    configuration.rules.plain_names = flags.plain_names;
    configuration.roles.push_back({.role = std::move(*role), .signing_key = flags.signing_key});
    return configuration;
}

base::Result<Policy> load_policy(const Configuration& configuration, base::Time now) {
    Errors errors;
    return build_policy(configuration, now, errors);
}

std::vector<base::Error> policy_errors(const Configuration& configuration, base::Time now) {
    Errors errors;
    (void)build_policy(configuration, now, errors);
    return errors;
}

base::Result<std::optional<bus::ConnectionOptions>> load_system(const Configuration& configuration) {
    if (configuration.system.empty()) return std::optional<bus::ConnectionOptions>();
    base::Result<bus::ConnectionOptions> loaded = load_user(configuration.system, configuration);
    if (!loaded) return loaded.error().within("[system]");
    return std::optional(std::move(*loaded));
}

base::Result<CalloutSetup> load_callout(const Configuration& configuration) {
    CalloutParts parts = load_parts(configuration);
    const Errors errors = errors_of(parts);
    if (!errors.empty()) return errors.front();
    return CalloutSetup{.connection = std::move(*parts.connection),
                        .system = std::move(*parts.system),
                        .settings = {.key = std::move(*parts.key),
                                     .xkey = std::move(*parts.xkey),
                                     .role = configuration.callout->role}};
}

std::vector<base::Error> callout_errors(const Configuration& configuration) {
    return errors_of(load_parts(configuration));
}

}  // namespace natscreds::provisioner
