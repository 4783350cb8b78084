#include "identity_section.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include <natscreds/base/joined.h>
#include <natscreds/base/letters.h>
#include <natscreds/provisioner/identity/verifiers.h>
#include <natscreds/provisioner/policy/name.h>
#include <natscreds/provisioner/policy/name_pattern.h>

namespace natscreds::provisioner {
namespace {

/// An address of https, or nothing.
std::string read_url(TomlSection& section, std::string_view key, std::string fallback = "") {
    std::string url = section.text(key, std::move(fallback));
    if (!url.empty() && !url.starts_with("https://"))
        section.object(ConfigurationErrc::bad_value, key, "an address that begins with https://");
    return url;
}

void check_bound_to(TomlSection& section, const std::vector<std::string>& kinds) {
    const auto known = [](const std::string& kind) {
        return kind == "Pod" || kind == "Secret" || kind == "Node";
    };
    if (!std::ranges::all_of(kinds, known))
        section.object(ConfigurationErrc::bad_value, "bound_to", R"("Pod", "Secret" or "Node")");
}

/// A second, that requesters can have the API server asked for.
constexpr std::int64_t max_reviews = 50;

kubernetes::IdentityConfiguration read_kubernetes(TomlSection section) {
    using Check = kubernetes::IdentityConfiguration::Check;
    kubernetes::IdentityConfiguration identity{.issuer = section.text("issuer"),
                                               .audience = section.text("audience")};
    for (const auto& [key, value] :
         {std::pair("issuer", &identity.issuer), std::pair("audience", &identity.audience)}) {
        section.require(key);
        if (value->empty()) section.object(ConfigurationErrc::bad_value, key, "more than nothing");
    }
    if (section.sound({"issuer"}) && identity.audience == identity.issuer)
        section.object(ConfigurationErrc::bad_value, "audience",
                       "another than that of the API server itself");
    identity.check = section.choice<Check>("check", {{"offline", Check::offline}, {"review", Check::review}});
    identity.discovery = read_url(section, "discovery");
    if (identity.check == Check::review && !identity.discovery.empty())
        section.object(ConfigurationErrc::contradiction, "discovery", R"(check = "offline")");
    identity.api_server = read_url(section, "api_server", identity.api_server);
    identity.ca = section.path("ca");
    identity.token = section.path("token");
    identity.bound_to = section.texts("bound_to");
    check_bound_to(section, identity.bound_to);
    identity.keys_refused_after = section.duration("keys_refused_after", identity.keys_refused_after);
    identity.proofs_per_second =
        section.number("proofs_per_second", identity.check == Check::review ? max_reviews : 0);
    section.nothing_else();
    return identity;
}

/// With its subject it is an owner, which has at most 512 characters.
constexpr std::size_t max_issuer_bytes = 250;

/// An issuer is an address without query and fragment (OpenID Connect Core 1.0, section 2).
void check_issuer(TomlSection& section, const std::string& issuer) {
    const auto plain = [](char letter) { return base::is_visible(letter) && letter != '?' && letter != '#'; };
    if (issuer.starts_with("https://") && issuer.size() <= max_issuer_bytes &&
        std::ranges::all_of(issuer, plain))
        return;
    section.object(ConfigurationErrc::bad_value, "issuer",
                   "an address that begins with https://, without ? and #, of at most 250 characters");
}

std::vector<identity::Condition> read_conditions(TomlSection& rule) {
    std::vector<identity::Condition> conditions;
    for (auto& [claim, patterns] : rule.section("when").all_texts()) {
        if (patterns.empty())
            rule.object(ConfigurationErrc::bad_value, "when", "at least one pattern for each claim");
        conditions.push_back({.claim = claim, .patterns = std::move(patterns)});
    }
    return conditions;
}

identity::IdentityRule read_rule(TomlSection section) {
    section.require("role");
    section.require("when");
    identity::IdentityRule rule{
        .when = read_conditions(section), .role = section.text("role"), .name = section.text("name")};
    const base::Status good = rule.name.empty() ? base::Status() : check_name_pattern(rule.name);
    if (!good) section.object(ConfigurationErrc::bad_value, "name", good.error().detail);
    if (rule.name.find('*') != std::string::npos)
        section.object(ConfigurationErrc::bad_value, "name", "one name, without *");
    if (section.has("ttl")) rule.ttl = section.duration("ttl", std::chrono::seconds(1));
    if (rule.ttl && *rule.ttl == std::chrono::seconds(0))
        section.object(ConfigurationErrc::bad_value, "ttl", "more than nothing");
    section.nothing_else();
    return rule;
}

void check_identity_name(TomlSection& section, const std::string& name) {
    if (Name::parse(name) && name != identity::kubernetes_kind && name != identity::password_kind) return;
    section.object(ConfigurationErrc::bad_value, "name",
                   "1 to 63 characters of a-z, 0-9, _ and -, beginning with a letter, and neither "
                   "kubernetes nor password");
}

identity::OidcConfiguration read_oidc(TomlSection section) {
    for (const char* key : {"name", "issuer", "audience", "rule"})
        section.require(key);
    identity::OidcConfiguration identity{.expected = {.name = section.text("name"),
                                                      .issuer = section.text("issuer"),
                                                      .audiences = section.one_or_more("audience"),
                                                      .azp = section.one_or_more("azp")},
                                         .jwks = section.path("jwks"),
                                         .ca = section.path("ca")};
    const identity::OidcExpected& expected = identity.expected;
    check_identity_name(section, expected.name);
    check_issuer(section, expected.issuer);
    const auto is_empty = [](const std::string& text) { return text.empty(); };
    if (expected.audiences.empty() || std::ranges::any_of(expected.audiences, is_empty))
        section.object(ConfigurationErrc::bad_value, "audience", "more than nothing");
    if (section.sound({"jwks", "ca"}) && !identity.jwks.empty() && !identity.ca.empty())
        section.object(ConfigurationErrc::contradiction, "ca", "no jwks: a file is read without TLS");
    identity.keys_refused_after = section.duration("keys_refused_after", identity.keys_refused_after);
    for (TomlSection& rule : section.list("rule"))
        identity.expected.rules.push_back(read_rule(rule));
    section.nothing_else();
    return identity;
}

/// Rules of a proof that has these claims and no others.
std::vector<identity::IdentityRule> read_rules_over(TomlSection& section,
                                                    const std::vector<std::string>& claims) {
    std::vector<identity::IdentityRule> rules;
    for (TomlSection& one : section.list("rule")) {
        rules.push_back(read_rule(one));
        for (const identity::Condition& condition : rules.back().when) {
            if (std::ranges::find(claims, condition.claim) == claims.end())
                one.object(ConfigurationErrc::bad_value, "when",
                           "no more than " + base::joined(claims, ", ") + " in it");
        }
    }
    return rules;
}

identity::PasswordConfiguration read_password(TomlSection section) {
    for (const char* key : {"file", "rule"})
        section.require(key);
    identity::PasswordConfiguration identity{.file = section.path("file"),
                                             .rules = read_rules_over(section, {"user"})};
    section.nothing_else();
    return identity;
}

identity::CertificateConfiguration read_x509(TomlSection section) {
    for (const char* key : {"name", "ca", "rule"})
        section.require(key);
    identity::CertificateConfiguration identity{
        .name = section.text("name"),
        .ca = section.path("ca"),
        .rules = read_rules_over(section, {"subject", "cn", "dns", "email", "uri"})};
    check_identity_name(section, identity.name);
    section.nothing_else();
    return identity;
}

/// The name of an identity is that of one, and so is an issuer.
void check_unique(TomlSection& root, const Configuration& read) {
    std::set<std::string> names;
    std::set<std::string> issuers;
    for (const NamedRules& identity : rules_of(read)) {
        if (!names.insert(identity.name).second)
            root.object(ConfigurationErrc::contradiction, "identity",
                        "one identity with the name " + identity.name);
    }
    for (const identity::OidcConfiguration& identity : read.oidc) {
        if (!issuers.insert(identity.expected.issuer).second)
            root.object(ConfigurationErrc::contradiction, "identity",
                        "one [[identity.oidc]] with the issuer " + identity.expected.issuer);
    }
}

std::string wrong_role(const Configuration& read, const std::string& identity,
                       const identity::IdentityRule& rule) {
    const Role* const role = configured_role(read, rule.role);
    if (role == nullptr) return "the name of one of the roles";
    if (!role->identity.empty() && role->identity != identity)
        return "a role that is not for the identity " + role->identity;
    if (!role->service_accounts.empty()) return "a role that is not for service_accounts";
    if (read.service_roles && read.service_roles->role == rule.role)
        return "a role that is not that of service_roles";
    return {};
}

/// A rule that cannot give what it says would refuse everybody whom it matches.
void check_rules(TomlSection& root, const Configuration& read) {
    for (const auto& [name, rules] : rules_of(read)) {
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const std::string rule = " as the role of rule " + std::to_string(i + 1) + " of " + name;
            if (rules[i].role.empty()) continue;  // said before, where it stands
            const std::string wrong = wrong_role(read, name, rules[i]);
            if (!wrong.empty()) {
                root.object(ConfigurationErrc::bad_value, "identity", wrong + rule);
                continue;
            }
            if (rules[i].ttl && *rules[i].ttl > configured_role(read, rules[i].role)->ttl)
                root.object(
                    ConfigurationErrc::contradiction, "identity",
                    "at most the role's ttl as that of rule " + std::to_string(i + 1) + " of " + name);
        }
    }
}

bool has_identity(const Configuration& read, const std::string& name) {
    if (name == identity::kubernetes_kind) return read.kubernetes.has_value();
    return std::ranges::any_of(rules_of(read),
                               [&](const NamedRules& identity) { return identity.name == name; });
}

/// Only a server's question carries these. Whoever can put questions could show anybody's certificate, for those are no
/// secrets: the system account has to tell which questions are servers'.
void check_callout_identities(TomlSection& root, const Configuration& read) {
    if (!root.sound({"callout"})) return;
    if (!read.callout && (read.password || !read.x509.empty()))
        root.object(ConfigurationErrc::missing_key, "callout",
                    "because nothing else looks at passwords and certificates");
    if (read.callout && read.callout->system.empty() && !read.x509.empty())
        root.object(ConfigurationErrc::missing_key, "callout.system",
                    "because [[identity.x509]] believes servers what certificate a client has");
}

}  // namespace

std::vector<NamedRules> rules_of(const Configuration& read) {
    std::vector<NamedRules> all;
    for (const identity::OidcConfiguration& identity : read.oidc)
        all.push_back({identity.expected.name, identity.expected.rules});
    if (read.password) all.push_back({std::string(identity::password_kind), read.password->rules});
    for (const identity::CertificateConfiguration& identity : read.x509)
        all.push_back({identity.name, identity.rules});
    return all;
}

const Role* configured_role(const Configuration& read, const std::string& name) {
    const auto found = std::ranges::find(read.roles, name, [](const auto& one) { return one.role.name; });
    return found != read.roles.end() ? &found->role : nullptr;
}

void read_identities(TomlSection section, Configuration& configuration) {
    if (section.has("kubernetes")) configuration.kubernetes = read_kubernetes(section.section("kubernetes"));
    for (TomlSection& one : section.list("oidc"))
        configuration.oidc.push_back(read_oidc(one));
    if (section.has("password")) configuration.password = read_password(section.section("password"));
    for (TomlSection& one : section.list("x509"))
        configuration.x509.push_back(read_x509(one));
    section.nothing_else();
}

void check_identities(TomlSection& root, const Configuration& read) {
    if (!root.sound({"identity", "roles"})) return;
    check_callout_identities(root, read);
    for (const RoleConfiguration& configured : read.roles) {
        const std::string& name = configured.role.identity;
        if (!name.empty() && !has_identity(read, name))
            root.object(ConfigurationErrc::bad_value, "roles",
                        "the name of an identity as that of the role " + configured.role.name);
    }
    check_unique(root, read);
    check_rules(root, read);
}

}  // namespace natscreds::provisioner
