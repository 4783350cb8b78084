#include <natscreds/provisioner/service/configuration.h>

#include <algorithm>
#include <utility>

#include <natscreds/base/error_category.h>
#include <natscreds/jwt/subject.h>
#include <natscreds/provisioner/identity/role_object.h>
#include <natscreds/provisioner/policy/name_pattern.h>

#include "identity_section.h"
#include "requesters_section.h"
#include "toml_section.h"

namespace natscreds::provisioner {
namespace {

const char* describe(ConfigurationErrc code) {
    switch (code) {
        case ConfigurationErrc::not_toml:
            return "this cannot be read as TOML";
        case ConfigurationErrc::unknown_key:
            return "there is no such key";
        case ConfigurationErrc::wrong_type:
            return "the value is of the wrong type";
        case ConfigurationErrc::bad_value:
            return "the value makes no sense here";
        case ConfigurationErrc::missing_key:
            return "this key has to be there";
        case ConfigurationErrc::contradiction:
            return "these keys exclude each other";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<ConfigurationErrc> configuration_category("configuration", describe);

std::vector<std::string> subjects(TomlSection& section, std::string_view key) {
    std::vector<std::string> found = section.texts(key);
    const bool good = std::ranges::all_of(
        found, [](const std::string& entry) { return jwt::valid_subject(entry.substr(0, entry.find(' '))); });
    if (!good) section.object(ConfigurationErrc::bad_value, key, "subjects");
    return found;
}

/// All of them stand in one record.
constexpr std::int64_t max_holders = 1000;

void check_pattern(TomlSection& section, std::string_view key, const std::string& pattern) {
    const base::Status good = check_name_pattern(pattern);
    if (!good) section.object(ConfigurationErrc::bad_value, key, good.error().detail);
}

void read_names(TomlSection& section, Role& role) {
    role.names = section.texts("names");
    for (const std::string& pattern : role.names)
        check_pattern(section, "names", pattern);
    role.default_name = section.text("default_name");
    if (role.default_name.find('*') != std::string::npos)
        section.object(ConfigurationErrc::bad_value, "default_name", "one name, without *");
    if (!role.default_name.empty()) check_pattern(section, "default_name", role.default_name);
}

RoleConfiguration read_role(const std::string& name, TomlSection section) {
    RoleConfiguration configured{.role = {.name = name},
                                 .signing_key = section.path("signing_key"),
                                 .account = section.path("account")};
    Role& role = configured.role;
    section.require("signing_key");
    section.require("ttl");
    role.ttl = section.duration("ttl", role.ttl);
    role.renewable = section.flag("renewable") ? Renewable::yes : Renewable::no;
    const std::int64_t holders = section.number("holders", 1);
    if (holders < 1 || holders > max_holders)
        section.object(ConfigurationErrc::bad_value, "holders",
                       "a number from 1 to " + std::to_string(max_holders));
    role.holders = static_cast<std::size_t>(holders);
    read_names(section, role);
    for (const nkeys::PublicKey& key : section.keys("requesters", nkeys::Kind::user))
        role.requesters.insert(key);
    for (const std::string& account : section.texts("service_accounts")) {
        if (!names_service_account(account))
            section.object(ConfigurationErrc::bad_value, "service_accounts", R"("NAMESPACE/NAME")");
        role.service_accounts.insert(account);
    }
    role.identity = section.text("identity");
    if (section.sound({"identity", "service_accounts"}) && !role.service_accounts.empty() &&
        !role.identity.empty() && role.identity != identity::kubernetes_kind)
        section.object(ConfigurationErrc::contradiction, "identity",
                       "\"kubernetes\", or no service_accounts");
    auto& permissions = role.permissions;
    permissions.pub.allow = subjects(section, "publish");
    permissions.pub.deny = subjects(section, "publish_deny");
    permissions.sub.allow = subjects(section, "subscribe");
    permissions.sub.deny = subjects(section, "subscribe_deny");
    permissions.subs = section.number("subscriptions", jwt::no_limit);
    permissions.payload = section.number("payload", jwt::no_limit);
    permissions.allowed_connection_types = section.texts("connection_types", {"STANDARD", "WEBSOCKET"});
    section.nothing_else();
    return configured;
}

Rate read_rate(TomlSection section, Rate fallback) {
    Rate rate{.per_second = section.number("per_second", fallback.per_second),
              .burst = section.number("burst", fallback.burst)};
    section.nothing_else();
    if (section.sound({"per_second"}) && rate.limits() && rate.burst == 0)
        section.object(ConfigurationErrc::bad_value, "burst", "at least 1 where there is a rate");
    return rate;
}

void read_rules(TomlSection& root, PolicyRules& rules) {
    for (const nkeys::PublicKey& account : root.keys("client_accounts", nkeys::Kind::account))
        rules.client_accounts.insert(account);
    rules.default_role = root.text("default_role", rules.default_role);
    rules.plain_names = root.flag("plain_names") ? PlainNames::answered : PlainNames::refused;
    TomlSection names = root.section("names");
    for (const std::string& text : names.texts("reserved")) {
        const base::Result<Name> name = Name::parse(text);
        if (!name) names.object(ConfigurationErrc::bad_value, "reserved", name.error().detail);
        rules.reserved_names.insert(text);
    }
    rules.name_grace = names.duration("grace", rules.name_grace);
    rules.max_names = static_cast<std::size_t>(names.number("max_per_requester", 0));
    rules.rekey = names.choice<Rekey>(
        "rekey",
        {{"at_once", Rekey::at_once}, {"after_expiry", Rekey::after_expiry}, {"never", Rekey::never}});
    names.nothing_else();
    TomlSection limits = root.section("limits");
    rules.requester_rate = read_rate(limits.section("requester"), rules.requester_rate);
    rules.global_rate = read_rate(limits.section("global"), rules.global_rate);
    limits.nothing_else();
}

LedgerConfiguration read_ledger(TomlSection section) {
    using Kind = LedgerConfiguration::Kind;
    LedgerConfiguration ledger;
    const std::string store = section.text("store", "memory");
    const std::string_view kind = std::string_view(store).substr(0, store.find(':'));
    const std::string place = kind.size() < store.size() ? store.substr(kind.size() + 1) : "";
    if (kind == "sqlite" && !place.empty()) {
        ledger.kind = Kind::sqlite;
        ledger.file = section.beside_file(place);
    } else if (kind == "jetstream" && jwt::literal_subject(place)) {
        ledger.kind = Kind::jetstream;
        ledger.bucket = place;
    } else if (store != "memory") {
        section.object(ConfigurationErrc::bad_value, "store",
                       R"("memory", "sqlite:FILE" or "jetstream:BUCKET")");
    }
    const std::int64_t replicas = section.number("replicas", 1);
    if (replicas < 1 || replicas > 5)
        section.object(ConfigurationErrc::bad_value, "replicas", "a number from 1 to 5");
    ledger.replicas = static_cast<int>(replicas);
    ledger.home = section.text("home");
    ledger.max_offline = section.duration("max_offline", ledger.max_offline);
    ledger.max_names =
        static_cast<std::size_t>(section.number("most_names", static_cast<std::int64_t>(ledger.max_names)));
    section.nothing_else();
    return ledger;
}

std::string read_http(TomlSection section) {
    std::string address = section.text("address");
    section.nothing_else();
    return address;
}

LogConfiguration read_log(TomlSection section) {
    LogConfiguration log;
    log.format = section.choice<LogFormat>("format", {{"text", LogFormat::text}, {"json", LogFormat::json}});
    log.level =
        section.choice<LogLevel>("level", {{"info", LogLevel::everything}, {"warning", LogLevel::warnings}});
    section.nothing_else();
    return log;
}

std::filesystem::path read_audit(TomlSection section) {
    std::filesystem::path file = section.path("file");
    section.nothing_else();
    return file;
}

std::optional<CalloutConfiguration> read_callout(TomlSection& root) {
    using Mode = CalloutConfiguration::Mode;
    if (!root.has("callout")) return std::nullopt;
    TomlSection section = root.section("callout");
    CalloutConfiguration callout;
    for (const char* key : {"mode", "account_key", "connection"})
        section.require(key);
    callout.mode =
        section.choice<Mode>("mode", {{"operator", Mode::operator_}, {"configuration", Mode::configuration}});
    const bool mode_known = section.sound({"mode"});
    if (mode_known && callout.mode == Mode::configuration) section.require("account");
    callout.account = section.text("account");
    if (mode_known && callout.mode == Mode::operator_ && !callout.account.empty())
        section.object(ConfigurationErrc::contradiction, "account",
                       "the account of the JWT that `account` names");
    callout.account_key = section.path("account_key");
    callout.xkey = section.path("xkey");
    callout.service_account = section.path("service_account");
    if (mode_known && callout.mode == Mode::configuration && !callout.service_account.empty())
        section.object(ConfigurationErrc::contradiction, "service_account",
                       "no JWT: servers without an operator have none");
    callout.role = section.text("role");
    callout.connection = section.connection("connection");
    callout.system = section.connection("system");
    section.nothing_else();
    return callout;
}

std::optional<kubernetes::ServiceRolesConfiguration> read_service_roles(TomlSection& root) {
    if (!root.has("service_roles")) return std::nullopt;
    TomlSection section = root.section("service_roles");
    section.require("cluster");
    kubernetes::ServiceRolesConfiguration roles{.cluster = section.text("cluster"),
                                                .role = section.text("role"),
                                                .folder = section.path("folder"),
                                                .namespaces = section.texts("namespaces")};
    if (!identity::valid_object_name(roles.cluster))
        section.object(ConfigurationErrc::bad_value, "cluster", "small letters, digits, dots and dashes");
    if (!std::ranges::all_of(roles.namespaces, identity::valid_object_name))
        section.object(ConfigurationErrc::bad_value, "namespaces", "names of namespaces");
    const bool watch = section.flag("watch");
    section.nothing_else();
    if (!section.sound({"watch", "folder"})) return roles;
    if (watch && !roles.folder.empty())
        section.object(ConfigurationErrc::contradiction, "watch", "no folder, or no watch");
    if (!watch && roles.folder.empty())
        section.object(ConfigurationErrc::missing_key, "folder", "or watch = true");
    return roles;
}

std::optional<kubernetes::TokensConfiguration> read_tokens(TomlSection& root) {
    constexpr std::chrono::minutes shortest{10};
    if (!root.has("tokens")) return std::nullopt;
    TomlSection section = root.section("tokens");
    kubernetes::TokensConfiguration tokens;
    tokens.life = section.duration("life", tokens.life);
    if (tokens.life < shortest)
        section.object(ConfigurationErrc::bad_value, "life", "at least 10m: API servers grant no less");
    section.nothing_else();
    return tokens;
}

bool has_role(const Configuration& read, const std::string& name) {
    return configured_role(read, name) != nullptr;
}

/// What ServiceAccounts that connect are given; others are given what the rules of their issuer say.
void check_callout_accounts(TomlSection& root, const Configuration& read) {
    if (root.sound({"service_roles"}) && !read.service_roles)
        root.object(ConfigurationErrc::missing_key, "service_roles", "because there is a callout");
    if (root.sound({"roles", "callout.role"}) && !has_role(read, read.callout->role))
        root.object(ConfigurationErrc::bad_value, "callout", "the name of one of the roles as its role");
}

void check_callout(TomlSection& root, const Configuration& read) {
    if (!root.sound({"callout.mode"})) return;
    const bool configured = read.callout && read.callout->mode == CalloutConfiguration::Mode::configuration;
    if (root.sound({"requests"}) && read.requests == Requests::none && !read.callout)
        root.object(ConfigurationErrc::missing_key, "callout", R"(because requests = "none")");
    if (root.sound({"requests"}) && configured && read.requests != Requests::none)
        root.object(ConfigurationErrc::contradiction, "requests",
                    R"("none": servers without an operator take no JWTs that were asked for)");
    if (configured && !read.account.empty())
        root.object(ConfigurationErrc::contradiction, "account",
                    "no JWT: servers without an operator have none");
    const bool own_accounts =
        std::ranges::any_of(read.roles, [](const RoleConfiguration& role) { return !role.account.empty(); });
    if (root.sound({"roles"}) && configured && own_accounts)
        root.object(ConfigurationErrc::contradiction, "roles",
                    "no JWT as the account of a role: servers without an operator have none");
    if (configured && !read.system.empty())
        root.object(ConfigurationErrc::contradiction, "system",
                    "no [system]: servers without an operator have no JWT to follow");
    if (!configured) root.require("account");
    if (!read.callout || !root.sound({"identity"})) return;
    if (!read.kubernetes && rules_of(read).empty())
        root.object(
            ConfigurationErrc::missing_key, "identity.kubernetes",
            "because there is a callout, or [[identity.oidc]], [[identity.x509]] or [identity.password]");
    if (read.kubernetes) check_callout_accounts(root, read);
}

void check_service_roles(TomlSection& root, const Configuration& read) {
    if (!root.sound({"service_roles.namespaces", "tokens"})) return;
    if (read.tokens && (!read.service_roles || read.service_roles->namespaces.empty()))
        root.object(ConfigurationErrc::missing_key, "service_roles.namespaces", "because there are tokens");
    if (!read.service_roles) return;
    const kubernetes::ServiceRolesConfiguration& roles = *read.service_roles;
    if (root.sound({"identity.kubernetes"}) && !read.kubernetes)
        root.object(ConfigurationErrc::missing_key, "identity.kubernetes", "because there are service_roles");
    if (!root.sound({"roles", "requests", "service_roles.role"})) return;
    if (read.requests == Requests::none && roles.role.empty()) return;
    if (!has_role(read, roles.role))
        root.object(ConfigurationErrc::bad_value, "service_roles",
                    "the name of one of the roles as its role");
}

void check_requesters(TomlSection& root, const Configuration& read) {
    if (root.sound({"requests", "requesters"}) && read.requests != Requests::vouched &&
        !read.rules.requesters.empty())
        root.object(ConfigurationErrc::contradiction, "requesters",
                    R"(requests = "vouched": nobody else is known as a requester)");
    if (!root.sound({"roles", "requesters"})) return;
    for (const NamedRequester& requester : read.rules.requesters.all()) {
        if (std::ranges::all_of(requester.roles, [&](const auto& role) { return has_role(read, role); }))
            continue;
        root.object(ConfigurationErrc::bad_value, "requesters",
                    "names of roles as the roles of " + requester.name);
    }
}

/// What only the whole of it can show.
void check_agreement(TomlSection& root, const Configuration& read) {
    const bool vouched = read.requests == Requests::vouched;
    const bool requests_known = root.sound({"requests"});
    if (requests_known && root.sound({"client_accounts"}) && vouched && read.rules.client_accounts.empty())
        root.object(ConfigurationErrc::missing_key, "client_accounts", R"(because requests = "vouched")");
    if (requests_known && !vouched && read.ledger.kind == LedgerConfiguration::Kind::jetstream) {
        root.object(
            ConfigurationErrc::contradiction, "ledger",
            R"(requests = "vouched" with jetstream, for a requester might write to its own account's bucket)");
    }
    const bool proofs = std::ranges::any_of(read.roles, [](const RoleConfiguration& configured) {
        return !configured.role.service_accounts.empty();
    });
    if (proofs && root.sound({"identity.kubernetes"}) && !read.kubernetes)
        root.object(ConfigurationErrc::missing_key, "identity.kubernetes",
                    "because a role has service_accounts");
    const bool used = read.requests != Requests::none && root.sound({"roles", "requests"});
    if (used && !has_role(read, read.rules.default_role))
        root.object(ConfigurationErrc::bad_value, "default_role", "the name of one of the roles");
    if (!jwt::literal_subject(read.prefix)) root.object(ConfigurationErrc::bad_value, "prefix", "a subject");
    if (read.workers == 0 || read.workers > max_workers)
        root.object(ConfigurationErrc::bad_value, "workers",
                    "at least 1, and at most " + std::to_string(max_workers));
}

/// One of those that clients connect with.
std::string callout_role(const Configuration& read) {
    if (!read.callout->role.empty()) return read.callout->role;
    for (const NamedRules& identity : rules_of(read)) {
        if (!identity.rules.empty()) return identity.rules.front().role;
    }
    return {};
}

Configuration read(TomlSection root) {
    Configuration configuration;
    configuration.account = root.path("account");
    configuration.service_account = root.path("service_account");
    configuration.passphrase_file = root.path("passphrase_file");
    configuration.server_id = root.text("server_id");
    configuration.prefix = root.text("prefix", configuration.prefix);
    configuration.queue = root.text("queue", configuration.queue);
    configuration.reply_prefixes = root.texts("reply_prefixes", configuration.reply_prefixes);
    configuration.workers = static_cast<std::size_t>(root.number("workers", 2));
    configuration.requests = root.choice<Requests>(
        "requests", {{"direct", Requests::direct}, {"vouched", Requests::vouched}, {"none", Requests::none}});
    read_rules(root, configuration.rules);
    configuration.rules.requesters = read_requesters(root.section("requesters"));
    for (auto& [name, section] : root.section("roles").sections())
        configuration.roles.push_back(read_role(name, section));
    read_identities(root.section("identity"), configuration);
    configuration.ledger = read_ledger(root.section("ledger"));
    configuration.audit = read_audit(root.section("audit"));
    configuration.http = read_http(root.section("http"));
    configuration.log = read_log(root.section("log"));
    configuration.connection = root.connection("connection");
    configuration.system = root.connection("system");
    configuration.callout = read_callout(root);
    if (configuration.requests == Requests::none && configuration.callout)
        configuration.rules.default_role = callout_role(configuration);
    configuration.service_roles = read_service_roles(root);
    if (configuration.service_roles) configuration.rules.service_role = configuration.service_roles->role;
    configuration.tokens = read_tokens(root);
    root.nothing_else();
    check_callout(root, configuration);
    check_service_roles(root, configuration);
    check_agreement(root, configuration);
    check_identities(root, configuration);
    check_requesters(root, configuration);
    return configuration;
}

}  // namespace

std::error_code make_error_code(ConfigurationErrc code) noexcept {
    return {static_cast<int>(code), configuration_category};
}

std::vector<std::filesystem::path> Configuration::account_files() const {
    std::vector<std::filesystem::path> files;
    const auto add = [&](const std::filesystem::path& file) {
        if (!file.empty() && std::ranges::count(files, file) == 0) files.push_back(file);
    };
    add(account);
    for (const RoleConfiguration& configured : roles)
        add(configured.account);
    return files;
}

ReadConfiguration read_configuration(std::string_view text, const std::filesystem::path& file) {
    Document document(file);
    ReadConfiguration found;
    try {
        const toml::table table = toml::parse(text, file.string());
        found.configuration = read(TomlSection(table, document));
        found.configuration.values = std::move(document.values);
    } catch (const toml::parse_error& error) {
        document.object({.code = ConfigurationErrc::not_toml,
                         .line = error.source().begin.line,
                         .key = "",
                         .words = std::string(error.description())});
    }
    found.mistakes = document.mistakes();
    return found;
}

base::Result<Configuration> parse_configuration(std::string_view text, const std::filesystem::path& file) {
    ReadConfiguration found = read_configuration(text, file);
    if (!found.mistakes.empty()) return found.mistakes.front();
    return std::move(found.configuration);
}

}  // namespace natscreds::provisioner
