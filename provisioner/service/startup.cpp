#include <natscreds/provisioner/service/startup.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <natscreds/access/subjects.h>
#include <natscreds/base/file.h>
#include <natscreds/bus/settings.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/jwt/subject.h>
#include <natscreds/nkeys/key_file.h>

namespace natscreds::provisioner {
namespace {

using Account = jwt::Decoded<jwt::AccountClaims>;

constexpr std::size_t most_bytes = 1024 * 1024;
/// A presence message of the chat carries a whole user JWT.
constexpr std::int64_t least_payload = 8192;

base::Status check_private(const std::filesystem::path& path) {
    const base::Result<bool> open = base::readable_by_others(path);
    if (!open) return open.error();
    if (!*open) return {};
    return base::Error{std::make_error_code(std::errc::permission_denied),
                       path.string() + ": others can read this seed (chmod 600 " + path.string() + ")"};
}

base::Result<nkeys::SigningKey> load_signing_key(const std::filesystem::path& path) {
    if (const base::Status hidden = check_private(path); !hidden) return hidden.error();
    base::Result<nkeys::SigningKey> key = nkeys::load_seed(path);
    if (!key || key->public_key().kind() == nkeys::Kind::account) return key;
    return base::Error{nkeys::Errc::wrong_kind, path.string() + ": seed of the kind " +
                                                    std::string(nkeys::name(key->public_key().kind())) +
                                                    " instead of account"};
}

base::Error bad_role(const Role& role, const std::string& why) {
    return {std::make_error_code(std::errc::invalid_argument), "role " + role.name + ": " + why};
}

/// What stands in a template as a placeholder stands for some token.
std::string without_placeholders(std::string subject) {
    for (const std::string_view placeholder : {"{{subject()}}", "{{name()}}"}) {
        const std::size_t at = subject.find(placeholder);
        if (at != std::string::npos) subject.replace(at, placeholder.size(), "x");
    }
    return subject;
}

bool allows(const jwt::Permission& permission, const std::string& subject) {
    if (permission.allow.empty()) return true;
    return std::ranges::any_of(permission.allow, [&](const std::string& allowed) {
        return jwt::subject_covers(without_placeholders(allowed), without_placeholders(subject));
    });
}

/// Where everybody may listen to every inbox, everybody can read everybody's replies.
base::Status check_inbox(const Role& role) {
    const jwt::Permission& sub = role.permissions.sub;
    const std::string own = "_INBOX_.{{subject()}}.>";
    if (!allows(sub, own)) return bad_role(role, "it has to subscribe to its own inbox, " + own);
    const bool everybodys = allows(sub, "_INBOX.another") || allows(sub, "_INBOX_.another.>");
    if (everybodys && sub.deny.empty()) return bad_role(role, "it can listen to other users' inboxes");
    return {};
}

base::Status check_renewal(const Role& role, const Configuration& configuration) {
    if (role.renewable == Renewable::no) return {};
    const bool vouched = configuration.requests == Requests::vouched;
    const std::string subject = configuration.prefix + (vouched ? ".renew.{{subject()}}" : ".renew");
    if (!allows(role.permissions.pub, subject))
        return bad_role(role, "it is renewable, so it has to publish to " + subject);
    const std::int64_t payload = role.permissions.payload;
    if (payload == jwt::no_limit || payload >= least_payload) return {};
    return bad_role(role, "it is renewable, so its payload is at least " + std::to_string(least_payload));
}

/// The account that roles are of.
using AnyAccount = std::variant<Account, ConfiguredAccount>;

base::Result<AnyAccount> find_account(const Configuration& configuration) {
    using Mode = CalloutConfiguration::Mode;
    const auto& callout = configuration.callout;
    if (callout && callout->mode == Mode::configuration)
        return AnyAccount(ConfiguredAccount{callout->account});
    base::Result<Account> account = load_account(configuration.account);
    if (!account) return account.error();
    return AnyAccount(std::move(*account));
}

/// What a NatsServiceRole allows stands in the JWT, where a scoped key's users carry nothing.
base::Status check_service_role(const Issuer& issuer, const PolicyRules& rules) {
    if (issuer.role().name != rules.service_role || issuer.unscoped()) return {};
    return bad_role(issuer.role(),
                    "it is that of NatsServiceRoles, so its signing key has to be without a scope");
}

base::Result<Issuer> make_issuer(const RoleConfiguration& configured, AnyAccount account, base::Time now) {
    base::Result<nkeys::SigningKey> key = load_signing_key(configured.signing_key);
    if (!key) return key.error();
    return Issuer::create({.account = std::move(account), .key = std::move(*key), .role = configured.role},
                          now);
}

base::Result<std::optional<nkeys::CurveKey>> load_xkey(const std::filesystem::path& path) {
    if (path.empty()) return std::optional<nkeys::CurveKey>();
    if (const base::Status hidden = check_private(path); !hidden) return hidden.error();
    base::Result<nkeys::CurveKey> key = nkeys::load_curve_seed(path);
    if (!key) return key.error();
    return std::optional(std::move(*key));
}

/// The environment says who the service is, not who its other users are.
base::Result<bus::ConnectionOptions> load_user(bus::GivenOptions given, const Configuration& configuration) {
    const auto servers = configuration.connection.find(bus::Key::server);
    if (servers != configuration.connection.end()) given.insert(*servers);
    const auto settings =
        bus::Settings::resolve(std::move(given), [](std::string_view) { return std::nullopt; });
    if (!settings) return settings.error();
    base::Result<bus::ConnectionOptions> options = settings->load();
    if (options) options->name = "nats-provisioner";
    return options;
}

}  // namespace

base::Result<Configuration> load_configuration(const std::filesystem::path& file) {
    const base::Result<std::string> text = base::read_file(file, most_bytes);
    if (!text) return text.error();
    return parse_configuration(*text, file);
}

base::Result<jwt::Decoded<jwt::AccountClaims>> load_account(const std::filesystem::path& path) {
    const base::Result<std::string> text = base::read_file(path, most_bytes);
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
    const base::Result<AnyAccount> account = find_account(configuration);
    if (!account) return account.error();
    std::vector<Issuer> issuers;
    for (const RoleConfiguration& configured : configuration.roles) {
        base::Result<Issuer> issuer = make_issuer(configured, *account, now);
        if (!issuer) return issuer.error();
        if (const base::Status safe = check_inbox(configured.role); !safe) return safe.error();
        const base::Status renewable = check_renewal(configured.role, configuration);
        if (!renewable) return renewable.error();
        const base::Status own = check_service_role(*issuer, configuration.rules);
        if (!own) return own.error();
        issuers.push_back(std::move(*issuer));
    }
    return Policy::create(configuration.rules, std::move(issuers));
}

base::Result<CalloutSetup> load_callout(const Configuration& configuration) {
    const CalloutConfiguration& callout = *configuration.callout;
    base::Result<nkeys::SigningKey> key = load_signing_key(callout.account_key);
    if (!key) return key.error();
    base::Result<std::optional<nkeys::CurveKey>> xkey = load_xkey(callout.xkey);
    if (!xkey) return xkey.error();
    base::Result<bus::ConnectionOptions> connection = load_user(callout.connection, configuration);
    if (!connection) return connection.error().within("[callout.connection]");
    std::optional<bus::ConnectionOptions> system;
    if (!callout.system.empty()) {
        base::Result<bus::ConnectionOptions> loaded = load_user(callout.system, configuration);
        if (!loaded) return loaded.error().within("[callout.system]");
        system.emplace(std::move(*loaded));
    }
    return CalloutSetup{.connection = std::move(*connection),
                        .system = std::move(system),
                        .settings = {.key = std::move(*key), .xkey = std::move(*xkey), .role = callout.role}};
}

}  // namespace natscreds::provisioner
