#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/provisioner/kubernetes/role_feed.h>
#include <natscreds/provisioner/service/configuration.h>
#include <support/programs.h>
#include <support/signing.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using namespace std::chrono_literals;

namespace {

/// The least that is a configuration; tests add what they are about.
const std::string least = "account = \"K.jwt\"\n[roles.chat]\nsigning_key = \"chat.nk\"\nttl = \"1h\"\n";

constexpr const char* chat_file = "/etc/natscreds/chat.toml";

base::Result<Configuration> read(const std::string& text) {
    return parse_configuration(text, chat_file);
}

/// `before` stands in the root table, `after` behind the role's keys.
std::string text_with(const std::string& before, const std::string& after) {
    return before + "\n" + least + after + "\n";
}

base::Result<Configuration> read_with(const std::string& before, const std::string& after = "") {
    return read(text_with(before, after));
}

struct Mistake {
    std::string before;
    std::string after;
    ConfigurationErrc code;
    std::string says;
};

std::string identity_table(const std::string& keys) {
    return "[identity.kubernetes]\n" + keys;
}

std::string cluster(const std::string& issuer, const std::string& audience, const std::string& more = "") {
    return identity_table("issuer = \"" + issuer + "\"\naudience = \"" + audience + "\"\n" + more);
}

std::string service_roles(const std::string& keys) {
    return cluster("https://c", "nats") + "[service_roles]\ncluster = \"example-nats\"\n" + keys;
}

}  // namespace

TEST_CASE("Configuration: the least one is direct, without audit, with an hour of a role of ours") {
    const auto read_back = read(least);
    REQUIRE(read_back);
    CHECK(read_back->account == "/etc/natscreds/K.jwt");
    CHECK(read_back->requests == Requests::direct);
    CHECK(read_back->prefix == "chat.req");
    CHECK(read_back->audit.empty());
    CHECK(read_back->http.empty());
    CHECK(read_back->ledger.kind == LedgerConfiguration::Kind::memory);
    REQUIRE(read_back->roles.size() == 1);
    CHECK(read_back->roles[0].signing_key == "/etc/natscreds/chat.nk");
    CHECK(read_back->roles[0].role.ttl == 1h);
    CHECK(read_back->roles[0].role.renewable == Renewable::no);
    CHECK(read_back->rules.requester_rate == Rate{.per_second = 10, .burst = 50});
    CHECK_FALSE(read_back->rules.global_rate.limits());
    CHECK(read_back->rules.plain_names == PlainNames::refused);
}

TEST_CASE("Configuration: the chat's policy that comes with the programs can be read") {
    const std::string file = support::source_root() + "/conf/policy/chat.toml";
    const auto policy = parse_configuration(support::read_text(file), file);
    REQUIRE(policy);
    CHECK(policy->requests == Requests::vouched);
    CHECK(policy->rules.client_accounts.size() == 1);
    CHECK(policy->roles.at(0).role.renewable == Renewable::yes);
    CHECK(policy->roles.at(0).role.permissions.payload == 8192);
    CHECK(policy->rules.reserved_names.contains("root"));
    CHECK(policy->ledger.kind == LedgerConfiguration::Kind::sqlite);
    CHECK(policy->connection.at(bus::Key::creds).ends_with("conf/policy/provisioner.creds"));
}

TEST_CASE("Configuration: the policy for ServiceAccounts that comes with the programs can be read") {
    const std::string file = support::source_root() + "/conf/policy/kubernetes.toml";
    const auto policy = parse_configuration(support::read_text(file), file);
    INFO((policy ? "" : policy.error().message()));
    REQUIRE(policy);
    REQUIRE(policy->kubernetes);
    CHECK(policy->kubernetes->check == kubernetes::IdentityConfiguration::Check::review);
    CHECK(policy->kubernetes->audience == "nats");
    CHECK(policy->kubernetes->bound_to == std::vector<std::string>{"Pod"});
    CHECK(policy->roles.at(0).role.service_accounts.contains("nats-io/nats-user"));
}

TEST_CASE(
    "Configuration: an identity is checked offline, by the pod's own API server, unless it says otherwise") {
    const auto usual = read_with("", cluster("https://c", "nats"));
    REQUIRE(usual);
    CHECK(usual->kubernetes == kubernetes::IdentityConfiguration{.issuer = "https://c", .audience = "nats"});
    CHECK(kubernetes::api_server_access(*usual->kubernetes).url == "https://kubernetes.default.svc");
    CHECK(usual->kubernetes->proofs_per_second == 0);
    const auto review = read_with("", cluster("https://c", "nats", "check = \"review\""));
    CHECK(review->kubernetes->proofs_per_second == 50);
    const auto all =
        read_with("", "service_accounts = [\"nats-io/nats-user\"]\n" + cluster("https://c", "nats", R"(
check = "offline"
discovery = "https://c/d"
api_server = "https://k:6443"
ca = "ca.crt"
token = "own.token"
bound_to = ["Pod", "Secret"]
keys_refused_after = "2h"
proofs_per_second = 7)"));
    REQUIRE(all);
    const kubernetes::IdentityConfiguration& identity = *all->kubernetes;
    CHECK(identity.discovery == "https://c/d");
    CHECK(identity.bound_to == std::vector<std::string>{"Pod", "Secret"});
    CHECK(identity.keys_refused_after == 2h);
    CHECK(identity.proofs_per_second == 7);
    CHECK(kubernetes::api_server_access(identity).ca == "/etc/natscreds/ca.crt");
    CHECK(kubernetes::api_server_access(identity).token == "/etc/natscreds/own.token");
}

TEST_CASE(
    "Configuration: NatsServiceRoles are watched or read from a folder, and lend a role what they do not "
    "say") {
    const auto watched = read_with(
        "",
        service_roles("role = \"chat\"\nwatch = true\nnamespaces = [\"nats-io\"]\n[tokens]\nlife = \"30m\""));
    REQUIRE(watched);
    CHECK(watched->service_roles ==
          kubernetes::ServiceRolesConfiguration{
              .cluster = "example-nats", .role = "chat", .folder = {}, .namespaces = {"nats-io"}});
    CHECK(watched->rules.service_role == "chat");
    CHECK(watched->tokens == kubernetes::TokensConfiguration{.life = 30min});
    const auto files = read_with("", service_roles("role = \"chat\"\nfolder = \"roles\""));
    REQUIRE(files);
    CHECK(files->service_roles->folder.filename() == "roles");
    CHECK_FALSE(files->tokens);
    CHECK_FALSE(read_with("", "")->service_roles);
}

TEST_CASE("Configuration: every key of the service is understood") {
    const nkeys::PublicKey user = support::new_key(nkeys::Kind::user).public_key();
    const nkeys::PublicKey account = support::new_key(nkeys::Kind::account).public_key();
    const auto all = read_with("client_accounts = [\"" + account.text() + R"("]
service_account = "PROVISION.jwt"
server_id = "AWS/West"
prefix = "x.y"
queue = "q"
workers = 4
reply_prefixes = ["_R_"]
plain_names = true
requests = "vouched"
default_role = "chat")",
                               "requesters = [\"" + user.text() + R"("]
renewable = true
publish = ["a.{{name()}}"]
publish_deny = ["b"]
subscribe = ["_INBOX_.{{subject()}}.>", "work queue"]
subscribe_deny = ["c"]
subscriptions = 7
payload = 9000
connection_types = ["MQTT"]
[names]
reserved = ["root"]
grace = "2h"
max_per_requester = 3
[limits]
requester = { per_second = 1, burst = 2 }
global = { per_second = 100, burst = 200 }
[log]
format = "json"
level = "warning"
[ledger]
store = "jetstream:names"
replicas = 3
home = "sfo2"
max_offline = "5m"
most_names = 5
[audit]
file = "audit.jsonl"
[http]
address = "127.0.0.1:9464"
[connection]
server = "nats://b:4222"
creds = "own.creds"
[system]
creds = "sys.creds")");
    INFO((all ? "" : all.error().message()));
    REQUIRE(all);
    CHECK(all->service_account == "/etc/natscreds/PROVISION.jwt");
    CHECK(all->system.at(bus::Key::creds) == "/etc/natscreds/sys.creds");
    CHECK(all->server_id == "AWS/West");
    CHECK(all->prefix == "x.y");
    CHECK(all->queue == "q");
    CHECK(all->workers == 4);
    CHECK(all->reply_prefixes == std::vector<std::string>{"_R_"});
    CHECK(all->requests == Requests::vouched);
    const PolicyRules& rules = all->rules;
    CHECK(rules.client_accounts == std::set{account});
    CHECK(rules.plain_names == PlainNames::answered);
    CHECK(rules.reserved_names.contains("root"));
    CHECK(rules.name_grace == 2h);
    CHECK(rules.max_names == 3);
    CHECK(rules.requester_rate == Rate{.per_second = 1, .burst = 2});
    CHECK(rules.global_rate == Rate{.per_second = 100, .burst = 200});
    const Role& role = all->roles.at(0).role;
    CHECK(all->roles[0].signing_key == "/etc/natscreds/chat.nk");
    CHECK(role.ttl == 1h);
    CHECK(role.renewable == Renewable::yes);
    CHECK(role.requesters == std::set{user});
    CHECK(role.permissions.pub.allow == std::vector<std::string>{"a.{{name()}}"});
    CHECK(role.permissions.pub.deny == std::vector<std::string>{"b"});
    CHECK(role.permissions.sub.allow.size() == 2);
    CHECK(role.permissions.sub.deny == std::vector<std::string>{"c"});
    CHECK(role.permissions.subs == 7);
    CHECK(role.permissions.payload == 9000);
    CHECK(role.permissions.allowed_connection_types == std::vector<std::string>{"MQTT"});
    const LedgerConfiguration& ledger = all->ledger;
    CHECK(ledger.bucket == "names");
    CHECK(ledger.replicas == 3);
    CHECK(ledger.home == "sfo2");
    CHECK(ledger.max_offline == 5min);
    CHECK(ledger.max_names == 5);
    CHECK(all->audit == "/etc/natscreds/audit.jsonl");
    CHECK(all->http == "127.0.0.1:9464");
    CHECK(all->log.format == LogFormat::json);
    CHECK(all->log.level == LogLevel::warnings);
    CHECK(all->connection.at(bus::Key::creds) == "/etc/natscreds/own.creds");
}

TEST_CASE("Configuration: the callout's policy that comes with the programs can be read") {
    const std::string file = support::source_root() + "/conf/policy/callout.toml";
    const auto policy = parse_configuration(support::read_text(file), file);
    INFO((policy ? "" : policy.error().message()));
    REQUIRE(policy);
    CHECK(policy->requests == Requests::none);
    CHECK(policy->rules.default_role == "service");
    REQUIRE(policy->callout);
    CHECK(policy->callout->mode == CalloutConfiguration::Mode::operator_);
    CHECK(policy->callout->account_key.string().ends_with("conf/policy/auth.nk"));
    CHECK(policy->callout->xkey.string().ends_with("conf/policy/callout.xk"));
    CHECK(policy->callout->service_account.string().ends_with("conf/policy/AUTH.jwt"));
    CHECK(policy->callout->connection.at(bus::Key::creds).ends_with("conf/policy/callout.creds"));
    CHECK(policy->callout->system.at(bus::Key::creds).ends_with("conf/policy/sys.creds"));
}

TEST_CASE("Configuration: a callout's mistakes are found where they stand") {
    using enum ConfigurationErrc;
    const auto [root, callout, code,
                words] = GENERATE(table<std::string, std::string, ConfigurationErrc, std::string>({
        {"account = \"A.jwt\"", "mode = \"operators\"\naccount_key = \"a\"\nrole = \"chat\"", bad_value,
         "callout.mode"},
        {"account = \"A.jwt\"", "mode = \"operator\"\nrole = \"chat\"", missing_key, "callout.account_key"},
        {"account = \"A.jwt\"", "mode = \"operator\"\naccount_key = \"a\"\nrole = \"x\"", bad_value,
         "callout"},
        {"account = \"A.jwt\"",
         "mode = \"operator\"\naccount = \"APP\"\naccount_key = \"a\"\nrole = \"chat\"", contradiction,
         "callout.account"},
        {"", "mode = \"operator\"\naccount_key = \"a\"\nrole = \"chat\"", missing_key, "account"},
        {"requests = \"none\"", "mode = \"configuration\"\naccount_key = \"a\"\nrole = \"chat\"", missing_key,
         "callout.account"},
        {"", "mode = \"configuration\"\naccount = \"APP\"\naccount_key = \"a\"\nrole = \"chat\"",
         contradiction, "requests"},
        {"requests = \"none\"\naccount = \"A.jwt\"",
         "mode = \"configuration\"\naccount = \"APP\"\naccount_key = \"a\"\nrole = \"chat\"", contradiction,
         "account"},
    }));
    const std::string text =
        root + "\n[callout]\n" + callout +
        "\n[callout.connection]\nuser = \"u\"\n[identity.kubernetes]\nissuer = \"i\"\naudience = \"a\"\n"
        "[service_roles]\ncluster = \"c\"\nrole = \"chat\"\nfolder = \"f\"\n"
        "[roles.chat]\nsigning_key = \"k\"\nttl = \"1h\"\n";
    const auto parsed = parse_configuration(text, "callout.toml");
    INFO(text);
    REQUIRE_FALSE(parsed);
    INFO(parsed.error().message());
    CHECK(parsed.error().code == code);
    CHECK(parsed.error().detail.find(": " + words) != std::string::npos);
}

TEST_CASE(
    "Configuration: without requests there has to be a callout, and with one identities and their roles") {
    CHECK(parse_configuration("requests = \"none\"\n" + least, "x.toml").error().code ==
          ConfigurationErrc::missing_key);
    const std::string callout = least +
                                "[callout]\nmode = \"operator\"\naccount_key = \"a\"\nrole = "
                                "\"chat\"\n[callout.connection]\nuser = \"u\"\n";
    const std::string identity = "[identity.kubernetes]\nissuer = \"i\"\naudience = \"a\"\n";
    const std::string roles = "[service_roles]\ncluster = \"c\"\nrole = \"chat\"\nfolder = \"f\"\n";
    const auto missing = [](const std::string& text) {
        return parse_configuration(text, "x.toml").error().detail;
    };
    CHECK(missing(callout + roles).find("identity.kubernetes") != std::string::npos);
    CHECK(missing(callout + identity).find("service_roles") != std::string::npos);
    CHECK(parse_configuration(callout + identity + roles, "x.toml"));
}

TEST_CASE(
    "Configuration: an issuer's tokens are given roles by rules, of which each condition has patterns") {
    const auto read = read_with("", R"(identity = "github"
[[identity.oidc]]
name = "github"
issuer = "https://token.actions.githubusercontent.com"
audience = ["nats", "other"]
azp = "ci"
jwks = "keys.json"
keys_refused_after = "2h"
[[identity.oidc.rule]]
when = { repository = "acme/shop", ref = ["refs/heads/*", "refs/tags/*"], realm_access.roles = "nats-*" }
role = "chat"
name = "ci-{{claim(repository)}}"
ttl = "15m"
[[identity.oidc.rule]]
when = {}
role = "chat"
)");
    INFO((read ? "" : read.error().message()));
    REQUIRE(read);
    REQUIRE(read->oidc.size() == 1);
    const identity::OidcConfiguration& oidc = read->oidc.front();
    CHECK(oidc.expected.audiences == std::vector<std::string>{"nats", "other"});
    CHECK(oidc.expected.azp == std::vector<std::string>{"ci"});
    CHECK(oidc.jwks == "/etc/natscreds/keys.json");
    CHECK(oidc.keys_refused_after == 2h);
    REQUIRE(oidc.expected.rules.size() == 2);
    const identity::IdentityRule rule{.when = {{"realm_access.roles", {"nats-*"}},
                                               {"ref", {"refs/heads/*", "refs/tags/*"}},
                                               {"repository", {"acme/shop"}}},
                                      .role = "chat",
                                      .name = "ci-{{claim(repository)}}",
                                      .ttl = 15min};
    CHECK(oidc.expected.rules.front() == rule);
    CHECK(read->roles.front().role.identity == "github");
}

TEST_CASE(
    "Configuration: the policy for issuers that comes with the programs can be read, and so can what the "
    "page shows") {
    const std::string file = support::source_root() + "/conf/policy/oidc.toml";
    const auto policy = parse_configuration(support::read_text(file), file);
    INFO((policy ? "" : policy.error().message()));
    REQUIRE(policy);
    CHECK(policy->oidc.size() == 2);

    const std::string page = support::read_text(support::source_root() + "/docs/identities.md");
    int blocks = 0;
    for (const auto& [opening, closing] :
         {std::pair<std::string, std::string>{"```toml\n", "```"}, {"provisioner.toml <<'END'\n", "\nEND"}}) {
        for (std::size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at)) {
            at += opening.size();
            const std::string block = page.substr(at, page.find(closing, at) - at);
            std::string roles;
            for (const char* role : {"deploy", "reader", "shop"})
                roles +=
                    "[roles." + std::string(role) + "]\nsigning_key = \"" + role + ".nk\"\nttl = \"1h\"\n";
            const auto read = read_with("", roles + block);
            CAPTURE(block);
            INFO((read ? "" : read.error().message()));
            CHECK(read);
            ++blocks;
        }
    }
    CHECK(blocks == 7);
}

TEST_CASE("Configuration: each mistake of an issuer and its rules is found") {
    using enum ConfigurationErrc;
    const std::string rule = "[[identity.oidc.rule]]\nwhen = {}\nrole = \"chat\"\n";
    const auto issuer = [](const std::string& name, const std::string& url, const std::string& more = "") {
        return "[[identity.oidc]]\nname = \"" + name + "\"\nissuer = \"" + url + "\"\naudience = \"nats\"\n" +
               more;
    };
    const std::string good = issuer("g", "https://g");
    const auto [text, code, words] = GENERATE_COPY(table<std::string, ConfigurationErrc, std::string>(
        {{good, missing_key, "identity.oidc.1.rule"},
         {"[[identity.oidc]]\nname = \"g\"\nissuer = \"https://g\"\n" + rule, missing_key, "audience"},
         {issuer("Git Hub", "https://g") + rule, bad_value, "identity.oidc.1.name"},
         {issuer("kubernetes", "https://g") + rule, bad_value, "identity.oidc.1.name"},
         {issuer("g", "http://g") + rule, bad_value, "identity.oidc.1.issuer, expected an address"},
         {issuer("g", "https://g#x") + rule, bad_value, "identity.oidc.1.issuer"},
         {issuer("g", "https://" + std::string(243, 'g')) + rule, bad_value, "at most 250"},
         {issuer("g", "https://g", "audience2 = 1\n") + rule, unknown_key, "did you mean audience?"},
         {issuer("g", "https://g", "jwks = \"k\"\nca = \"c\"\n") + rule, contradiction,
          "ca, expected no jwks"},
         {issuer("g", "https://g", "azp = [1]\n") + rule, wrong_type, "azp"},
         {good + "[[identity.oidc.rule]]\nrole = \"chat\"\n", missing_key, "rule.1.when"},
         {good + "[[identity.oidc.rule]]\nwhen = {}\n", missing_key, "rule.1.role"},
         {good + "[[identity.oidc.rule]]\nwhen = { a = 1 }\nrole = \"chat\"\n", wrong_type, "rule.1.when.a"},
         {good + "[[identity.oidc.rule]]\nwhen = { a = [] }\nrole = \"chat\"\n", bad_value, "rule.1.when"},
         {good + rule + "name = \"ci-*\"\n", bad_value, "rule.1.name, expected one name"},
         {good + rule + "name = \"{{who}}\"\n", bad_value, "rule.1.name, expected of placeholders"},
         {good + rule + "ttl = \"0s\"\n", bad_value, "rule.1.ttl"},
         {good + rule + "ttl = \"25h\"\n", contradiction, "at most the role's ttl"},
         {good + "[[identity.oidc.rule]]\nwhen = {}\nrole = \"none\"\n", bad_value,
          "the name of one of the roles"},
         {good + rule + issuer("g", "https://h") + rule, contradiction, "with the name g"},
         {good + rule + issuer("h", "https://g") + rule, contradiction, "with the issuer https://g"},
         {"identity = \"gone\"\n", bad_value, "the name of an identity as that of the role chat"},
         {"identity = \"other\"\n" + good + rule + issuer("other", "https://o") + rule, bad_value,
          "a role that is not for the identity other"},
         {"identity = \"g\"\nservice_accounts = [\"a/b\"]\n" + good + rule + cluster("https://c", "nats"),
          contradiction, "roles.chat.identity"},
         {"[identity]\noidc = 7\n", wrong_type, "identity.oidc, expected tables"}}));
    CAPTURE(text);
    const auto read = read_with("", text);
    REQUIRE_FALSE(read);
    INFO(read.error().message());
    CHECK(read.error().code == code);
    CHECK(read.error().detail.find(words) != std::string::npos);
}

TEST_CASE(
    "Configuration: passwords and certificates are for callouts, by the policy that comes with the "
    "programs") {
    const std::string file = support::source_root() + "/conf/policy/callout-users.toml";
    const auto policy = parse_configuration(support::read_text(file), file);
    INFO((policy ? "" : policy.error().message()));
    REQUIRE(policy);
    REQUIRE(policy->password);
    CHECK(policy->password->file.filename() == "users");
    REQUIRE_FALSE(policy->password->rules.empty());
    CHECK(policy->password->rules.front().when == std::vector<identity::Condition>{{"user", {"sensor-*"}}});
    REQUIRE(policy->x509.size() == 1);
    CHECK(policy->x509.front().ca.filename() == "devices-ca.pem");
    CHECK(policy->rules.default_role == "sensor");
}

TEST_CASE("Configuration: each mistake of passwords and certificates is found") {
    using enum ConfigurationErrc;
    const std::string callout =
        "[callout]\nmode = \"operator\"\naccount_key = \"a\"\n[callout.connection]\nuser = \"u\"\n";
    const std::string system = callout + "[callout.system]\nuser = \"s\"\n";
    const auto rule = [](const std::string& table, const std::string& when) {
        return "[[identity." + table + ".rule]]\nwhen = " + when + "\nrole = \"chat\"\n";
    };
    const auto users = [&](const std::string& when, const std::string& more = "") {
        return "[identity.password]\nfile = \"users\"\n" + more + rule("password", when);
    };
    const auto devices = [&](const std::string& name, const std::string& when, const std::string& more = "") {
        return "[[identity.x509]]\nname = \"" + name + "\"\nca = \"ca.pem\"\n" + more + rule("x509", when);
    };
    REQUIRE(read_with("", system + users("{ user = \"*\" }") + devices("d", "{ cn = \"*\" }")));
    REQUIRE(read_with("", callout + users("{}")));
    const auto [text, code, words] = GENERATE_COPY(table<std::string, ConfigurationErrc, std::string>(
        {{users("{}"), missing_key, "callout"},
         {devices("d", "{}"), missing_key, "callout"},
         {callout + devices("d", "{}"), missing_key, "callout.system"},
         {callout + "[identity.password]\n" + rule("password", "{}"), missing_key, "identity.password.file"},
         {callout + "[identity.password]\nfile = \"users\"\n", missing_key, "identity.password.rule"},
         {callout + users("{ usr = \"a\" }"), bad_value, "rule.1.when"},
         {callout + users("{}", "hash = \"x\"\n"), unknown_key, "identity.password.hash"},
         {callout + users("{}") + "name = \"*\"\n", bad_value, "rule.1.name"},
         {callout + users("{}") + "ttl = \"25h\"\n", contradiction, "at most the role's ttl"},
         {system + "[[identity.x509]]\nname = \"d\"\n" + rule("x509", "{}"), missing_key,
          "identity.x509.1.ca"},
         {system + "[[identity.x509]]\nname = \"d\"\nca = \"c\"\n", missing_key, "identity.x509.1.rule"},
         {system + devices("password", "{}"), bad_value, "identity.x509.1.name"},
         {system + "[[identity.x509]]\nca = \"c\"\n" + rule("x509", "{}"), missing_key,
          "identity.x509.1.name"},
         {system + "[[identity.x509]]\nname = \"d\"\nca = 1\n" + rule("x509", "{}"), wrong_type,
          "identity.x509.1.ca"},
         {system + devices("kubernetes", "{}"), bad_value, "identity.x509.1.name"},
         {system + devices("My Devices", "{}"), bad_value, "identity.x509.1.name"},
         {system + devices("d", "{ cn = 1 }"), wrong_type, "rule.1.when"},
         {system + devices("d", "{}") + "name = \"*\"\n", bad_value, "rule.1.name"},
         {system + devices("d", "{}") + "name = \"{{claim(cn\"\n", bad_value, "rule.1.name"},
         {system + devices("d", "{}") + "ttl = \"25h\"\n", contradiction, "at most the role's ttl"},
         {system + devices("d", "{}") + "ou = \"a\"\n", unknown_key, "rule.1.ou"},
         {system + "[[identity.x509]]\nname = \"d\"\nca = \"c\"\n[[identity.x509.rule]]\nwhen = {}\n",
          missing_key, "rule.1.role"},
         {system + "[[identity.x509]]\nname = \"d\"\nca = \"c\"\n[[identity.x509.rule]]\nwhen = {}\nrole = "
                   "\"other\"\n",
          bad_value, "the name of one of the roles"},
         {system + devices("d", "{}") +
              "[[identity.oidc]]\nname = \"d\"\nissuer = \"https://i\"\naudience = \"nats\"\n" +
              rule("oidc", "{}"),
          contradiction, "with the name d"},
         {system + devices("d", "{ ou = \"a\" }"), bad_value, "rule.1.when"},
         {system + devices("d", "{}", "crl = \"x\"\n"), unknown_key, "identity.x509.1.crl"},
         {system + devices("d", "{}") + devices("d", "{}"), contradiction, "with the name d"},
         {"identity = \"d\"\n" + system + devices("d", "{}") + users("{}"), bad_value,
          "a role that is not for the identity d"}}));
    CAPTURE(text);
    const auto read = read_with("", text);
    REQUIRE_FALSE(read);
    INFO(read.error().message());
    CHECK(read.error().code == code);
    CHECK(read.error().detail.find(words) != std::string::npos);
}

TEST_CASE("Configuration: each mistake is one error, which names file, line and key") {
    using enum ConfigurationErrc;
    const auto mistake = GENERATE(
        Mistake{"accounts = 1", "", unknown_key, "chat.toml:1: accounts"},
        Mistake{"", "name = \"x\"", unknown_key, "chat.toml:6: roles.chat.name"},
        Mistake{"", "[audit]\npath = \"a\"", unknown_key, "chat.toml:7: audit.path"},
        Mistake{"", "[connection]\npassword = \"secret\"", unknown_key, "chat.toml:7: connection.password"},
        Mistake{"workers = \"2\"", "", wrong_type, "chat.toml:1: workers, expected a whole number"},
        Mistake{"plain_names = 1", "", wrong_type, "chat.toml:1: plain_names, expected true or false"},
        Mistake{"server_id = 1", "", wrong_type, "chat.toml:1: server_id, expected a text"},
        Mistake{"reply_prefixes = [1]", "", wrong_type, "reply_prefixes, expected a list of texts"},
        Mistake{"names = 3", "", wrong_type, "names, expected a table"},
        Mistake{"workers = 0", "", bad_value, "workers, expected at least 1"},
        Mistake{"workers = -1", "", bad_value, "workers"},
        Mistake{"requests = \"maybe\"", "", bad_value, "requests"},
        Mistake{"prefix = \"a.*\"", "", bad_value, "prefix"},
        Mistake{"default_role = \"admin\"", "", bad_value, "default_role"},
        Mistake{"", "publish = [\"a..b\"]", bad_value, "roles.chat.publish"},
        Mistake{"", "[names]\nreserved = [\"Admin\"]", bad_value, "names.reserved"},
        Mistake{"", "[names]\ngrace = \"soon\"", bad_value, "names.grace"},
        Mistake{"", "[names]\ngrace = \"1ms\"", bad_value, "names.grace"},
        Mistake{"", "[limits]\nglobal = { per_second = 5 }", bad_value, "limits.global.burst"},
        Mistake{"", "[ledger]\nstore = \"redis:x\"", bad_value, "ledger.store"},
        Mistake{"", "[ledger]\nstore = \"sqlite:\"", bad_value, "ledger.store"},
        Mistake{"", "[log]\nformat = \"xml\"", bad_value, "log.format"},
        Mistake{"", "service_accounts = [\"default\"]", bad_value, "roles.chat.service_accounts"},
        Mistake{"", "service_accounts = [\"a/b/c\"]", bad_value, "roles.chat.service_accounts"},
        Mistake{"", "service_accounts = [\"a/b\"]", missing_key, "identity.kubernetes, expected because"},
        Mistake{"", "[identity.spiffe]", unknown_key, "identity.spiffe"},
        Mistake{"", identity_table("audience = \"nats\""), missing_key, "identity.kubernetes.issuer"},
        Mistake{"", identity_table("issuer = \"https://c\""), missing_key, "identity.kubernetes.audience"},
        Mistake{"", cluster("", "nats"), bad_value, "identity.kubernetes.issuer, expected more than nothing"},
        Mistake{"", cluster("https://c", ""), bad_value, "identity.kubernetes.audience, expected more"},
        Mistake{"", cluster("https://c", "https://c"), bad_value,
                "identity.kubernetes.audience, expected another"},
        Mistake{"", cluster("https://c", "nats", "check = \"none\""), bad_value, "identity.kubernetes.check"},
        Mistake{"", cluster("https://c", "nats", "discovery = \"http://c\""), bad_value,
                "identity.kubernetes.discovery, expected an address that begins with https://"},
        Mistake{"", cluster("https://c", "nats", "api_server = \"c\""), bad_value,
                "identity.kubernetes.api_server"},
        Mistake{"", cluster("https://c", "nats", "check = \"review\"\ndiscovery = \"https://c/d\""),
                contradiction, "identity.kubernetes.discovery"},
        Mistake{"", cluster("https://c", "nats", "bound_to = [\"pod\"]"), bad_value,
                "identity.kubernetes.bound_to"},
        Mistake{"", cluster("https://c", "nats", "keys_refused_after = \"never\""), bad_value,
                "identity.kubernetes.keys_refused_after"},
        Mistake{"", "[ledger]\nreplicas = 6", bad_value, "ledger.replicas"},
        Mistake{"", "[ledger]\nreplicas = 0", bad_value, "ledger.replicas"},
        Mistake{"", cluster("https://c", "nats", "verify = false"), unknown_key,
                "identity.kubernetes.verify"},
        Mistake{"", service_roles("role = \"chat\"\nwatch = true\nfolder = \"f\""), contradiction,
                "service_roles.watch"},
        Mistake{"", service_roles("role = \"chat\""), missing_key, "service_roles.folder, expected or watch"},
        Mistake{"", service_roles("watch = true"), bad_value,
                "expected the name of one of the roles as its role"},
        Mistake{"", service_roles("role = \"chat\"\nwatch = true\nnamespaces = [\"A\"]"), bad_value,
                "service_roles.namespaces"},
        Mistake{"", "[service_roles]\ncluster = \"c\"\nrole = \"chat\"\nfolder = \"f\"", missing_key,
                "identity.kubernetes, expected because there are service_roles"},
        Mistake{"", "[service_roles]\ncluster = \"a/b\"\nfolder = \"f\"", bad_value, "service_roles.cluster"},
        Mistake{"", service_roles("role = \"chat\"\nwatch = true\n[tokens]"), missing_key,
                "service_roles.namespaces, expected because there are tokens"},
        Mistake{"", "[tokens]\nlife = \"9m\"", bad_value, "tokens.life, expected at least 10m"},
        Mistake{"client_accounts = [\"UX\"]", "", bad_value, "client_accounts"},
        Mistake{"requests = \"vouched\"", "", missing_key, "client_accounts"},
        Mistake{"", "[ledger]\nstore = \"jetstream:names\"", contradiction, "ledger"},
        Mistake{"a = = 1", "", not_toml, "chat.toml:1: "});
    CAPTURE(mistake.before, mistake.after);
    const auto refused = read_with(mistake.before, mistake.after);
    REQUIRE_FALSE(refused);
    std::vector<ConfigurationErrc> codes;
    std::string told;
    for (const base::Error& error :
         read_configuration(text_with(mistake.before, mistake.after), chat_file).mistakes) {
        told += error.message() + "\n";
        if (error.detail.find(mistake.says) != std::string::npos)
            codes.push_back(static_cast<ConfigurationErrc>(error.code.value()));
    }
    INFO(told);
    CHECK(codes == std::vector{mistake.code});
    CHECK(told.starts_with(refused.error().message()));
    CHECK(told.find("secret") == std::string::npos);
}

TEST_CASE("Configuration: all mistakes are found in one reading, in the order of their lines") {
    const std::string text =
        "acount = \"A.jwt\"\n"
        "requests = \"vouchd\"\n"
        "workers = \"2\"\n"
        "[roles.chat]\n"
        "singing_key = \"k\"\n"
        "ttl = 1\n"
        "publish = [\"a..b\"]\n"
        "[names]\n"
        "grace = \"soon\"\n"
        "[ledger]\n"
        "store = \"jetstream:names\"\n"
        "replicas = 9\n"
        "[identity.kubernets]\n"
        "issuer = \"https://c\"\n"
        "[service_roles]\n"
        "role = \"chat\"\n"
        "folder = 3\n"
        "[wholly.other]\n";
    const std::vector<std::string> expected{
        "x.toml:1: acount, did you mean account?: there is no such key",
        "x.toml:1: account: this key has to be there",
        "x.toml:2: requests, expected \"direct\", \"vouched\" or \"none\": the value makes no sense here",
        "x.toml:3: workers, expected a whole number: the value is of the wrong type",
        "x.toml:4: roles.chat.signing_key: this key has to be there",
        "x.toml:5: roles.chat.singing_key, did you mean signing_key?: there is no such key",
        "x.toml:6: roles.chat.ttl, expected a text: the value is of the wrong type",
        "x.toml:7: roles.chat.publish, expected subjects: the value makes no sense here",
        "x.toml:9: names.grace, expected a time such as \"90s\", \"15m\" or \"24h\": the value makes no "
        "sense here",
        "x.toml:12: ledger.replicas, expected a number from 1 to 5: the value makes no sense here",
        "x.toml:13: identity.kubernets, did you mean kubernetes?: there is no such key",
        "x.toml:15: service_roles.cluster: this key has to be there",
        "x.toml:17: service_roles.folder, expected a text: the value is of the wrong type",
        "x.toml:18: wholly: there is no such key"};
    std::vector<std::string> found;
    for (const base::Error& mistake : read_configuration(text, "x.toml").mistakes)
        found.push_back(mistake.message());
    CHECK(found == expected);
}

TEST_CASE("Configuration: what follows from a mistake alone is not told of besides") {
    const auto [text, only] = GENERATE(table<std::string, std::string>({
        {"requests = 1\n" + least + "[ledger]\nstore = \"jetstream:names\"\n", "requests"},
        {"request = \"vouched\"\n" + least + "[ledger]\nstore = \"jetstream:names\"\n", "request"},
        {"account = \"a\"\nroles = 3\n", "roles"},
        {"account = \"a\"\n[roles]\nchat = 3\n", "roles.chat"},
        {least + "[limits]\nglobal = { per_second = \"5\", burst = 0 }\n", "limits.global.per_second"},
        {least + "[names]\ngrace = 5\n", "names.grace"},
        {least + "[service_roles]\ncluster = 5\nrole = \"chat\"\nwatch = \"yes\"\n", "service_roles"},
    }));
    CAPTURE(text);
    for (const base::Error& mistake : read_configuration(text, "x.toml").mistakes) {
        CAPTURE(mistake.message());
        CHECK((mistake.detail.find(": " + only) != std::string::npos ||
               mistake.detail.find("identity.kubernetes, expected because") != std::string::npos));
    }
    CHECK_FALSE(read_configuration(text, "x.toml").mistakes.empty());
}

TEST_CASE("Configuration: what is not TOML is one mistake, wherever else there are others") {
    const std::vector<base::Error> mistakes =
        read_configuration("acount = 1\nworkers = = 2\n", "x.toml").mistakes;
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes.front().code == ConfigurationErrc::not_toml);
    CHECK(mistakes.front().detail.starts_with("x.toml:2: "));
}

TEST_CASE("Configuration: what has to be there is named when it is missing") {
    CHECK(read("[roles.chat]\nsigning_key=\"a\"\nttl=\"1h\"").error().detail.find("account") !=
          std::string::npos);
    CHECK(read("account=\"a\"\n[roles.chat]\nttl=\"1h\"").error().detail.find("roles.chat.signing_key") !=
          std::string::npos);
    CHECK(read("account=\"a\"\n[roles.chat]\nsigning_key=\"a\"").error().detail.find("roles.chat.ttl") !=
          std::string::npos);
    CHECK(read("account=\"a\"").error().code == ConfigurationErrc::bad_value);
}

TEST_CASE("Configuration: requesters have names, keys and roles, and nothing else is one") {
    using enum ConfigurationErrc;
    const std::string ann = support::new_key(nkeys::Kind::user).public_key().text();
    const std::string bob = support::new_key(nkeys::Kind::user).public_key().text();
    const std::string vouched = "requests = \"vouched\"\nclient_accounts = [\"" +
                                support::new_key(nkeys::Kind::account).public_key().text() + "\"]";
    const auto with = [&](const std::string& lines) { return read_with(vouched, "[requesters]\n" + lines); };
    const auto good =
        with("ann = { key = \"" + ann + "\", roles = [\"chat\"] }\nbob = { key = \"" + bob + "\" }");
    REQUIRE(good);
    CHECK(good->rules.requesters.find("ann")->key.text() == ann);
    CHECK(good->rules.requesters.find("ann")->roles.contains("chat"));
    CHECK(good->rules.requesters.find("bob")->roles.empty());

    const auto refused = [&](const std::string& lines, ConfigurationErrc code, const std::string& says) {
        CAPTURE(lines);
        const auto wrong = with(lines);
        REQUIRE_FALSE(wrong);
        CHECK(wrong.error().code == code);
        CHECK(wrong.error().detail.find(says) != std::string::npos);
    };
    const std::string same = "key = \"" + ann + "\"";
    refused("ann = { " + same + " }\nbob = { " + same + " }", contradiction,
            "chat.toml:9: requesters.bob.key, expected another than that of requesters.ann");
    refused("ann = { " + same + ", roles = [\"cook\"] }", bad_value, "roles of ann");
    refused("ann = { roles = [\"chat\"] }", missing_key, "requesters.ann.key");
    refused("ann = { key = \"wally\" }", bad_value, "requesters.ann.key, expected a user's public key");
    refused("\"Ann B\" = { " + same + " }", bad_value, "a name is 1 to 63 characters");
    refused("ann = \"" + ann + "\"", wrong_type, "requesters.ann");
    CHECK(read_with("", "[requesters]\nann = { " + same + " }").error().code == contradiction);
}
