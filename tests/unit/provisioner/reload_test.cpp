// What SIGHUP takes over: every key of the configuration either takes effect or is refused by its name.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/provisioner/service/reload.h>

using namespace natscreds;
using namespace natscreds::provisioner;

namespace {

const std::string one_account = "[\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"]";

struct Key {
    std::string now;
    std::string next;
};

/// Those that take effect, with two values of each.
const std::map<std::string, Key> reloaded{
    {"account", {"\"K.jwt\"", "\"L.jwt\""}},
    {"service_account", {"\"P.jwt\"", "\"Q.jwt\""}},
    {"passphrase_file", {"\"passphrase\"", "\"next\""}},
    {"client_accounts", {one_account, "[]"}},
    {"default_role", {"\"chat\"", "\"other\""}},
    {"plain_names", {"false", "true"}},
    {"names.reserved", {"[\"root\"]", "[]"}},
    {"names.max_per_requester", {"7", "8"}},
    {"names.rekey", {"\"at_once\"", "\"never\""}},
    {"requesters.ann.key",
     {"\"UD466L6EBCM3YY5HEGHJANNTN4LSKTSUXTH7RILHCKEQMQHTBNLHJJXT\"",
      "\"UAVO5JYXR4LREE6EQ3OTIIEHW3FRZMEOVZAU7N5UMQ6VNBJ7I3URO3BK\""}},
    {"requesters.ann.roles", {"[\"chat\"]", "[]"}},
    {"limits.requester.per_second", {"7", "8"}},
    {"limits.requester.burst", {"7", "8"}},
    {"limits.global.per_second", {"7", "8"}},
    {"limits.global.burst", {"7", "8"}},
    {"roles.chat.signing_key", {"\"chat.nk\"", "\"next.nk\""}},
    {"roles.chat.account", {"\"K.jwt\"", "\"L.jwt\""}},
    {"roles.chat.ttl", {"\"1h\"", "\"2h\""}},
    {"roles.chat.renewable", {"true", "false"}},
    {"roles.chat.holders", {"1", "3"}},
    {"roles.chat.names", {"[\"a*\"]", "[\"{{pod}}\"]"}},
    {"roles.chat.default_name", {"\"{{pod}}\"", "\"{{requester}}\""}},
    {"roles.chat.requesters", {"[]", "[\"UD466L6EBCM3YY5HEGHJANNTN4LSKTSUXTH7RILHCKEQMQHTBNLHJJXT\"]"}},
    {"roles.chat.service_accounts", {"[\"a/b\"]", "[\"a/c\"]"}},
    {"roles.chat.identity", {"\"kubernetes\"", "\"\""}},
    {"roles.chat.publish", {"[\"a\"]", "[\"b\"]"}},
    {"roles.chat.publish_deny", {"[\"a\"]", "[\"b\"]"}},
    {"roles.chat.subscribe", {"[\"a\"]", "[\"b\"]"}},
    {"roles.chat.subscribe_deny", {"[\"a\"]", "[\"b\"]"}},
    {"roles.chat.subscriptions", {"7", "8"}},
    {"roles.chat.payload", {"7", "8"}},
    {"roles.chat.connection_types", {"[\"STANDARD\"]", "[\"WEBSOCKET\"]"}},
};

const std::set<std::string> refused{
    "server_id",
    "prefix",
    "queue",
    "reply_prefixes",
    "workers",
    "requests",
    "names.grace",
    "ledger.store",
    "ledger.replicas",
    "ledger.home",
    "ledger.max_offline",
    "ledger.most_names",
    "audit.file",
    "http.address",
    "log.format",
    "log.level",
    "identity.kubernetes.issuer",
    "identity.kubernetes.audience",
    "identity.kubernetes.check",
    "identity.kubernetes.discovery",
    "identity.kubernetes.api_server",
    "identity.kubernetes.ca",
    "identity.kubernetes.token",
    "identity.kubernetes.bound_to",
    "identity.kubernetes.keys_refused_after",
    "identity.kubernetes.proofs_per_second",
    "identity.oidc.1.name",
    "identity.oidc.1.issuer",
    "identity.oidc.1.audience",
    "identity.oidc.1.jwks",
    "identity.oidc.1.ca",
    "identity.oidc.1.azp",
    "identity.oidc.1.keys_refused_after",
    "identity.oidc.1.rule.1.when.repository",
    "identity.oidc.1.rule.1.role",
    "identity.oidc.1.rule.1.name",
    "identity.oidc.1.rule.1.ttl",
    "identity.password.file",
    "identity.password.rule.1.when.user",
    "identity.password.rule.1.role",
    "identity.password.rule.1.name",
    "identity.password.rule.1.ttl",
    "identity.x509.1.name",
    "identity.x509.1.ca",
    "identity.x509.1.rule.1.when.cn",
    "identity.x509.1.rule.1.role",
    "identity.x509.1.rule.1.name",
    "identity.x509.1.rule.1.ttl",
    "callout.mode",
    "callout.account",
    "callout.account_key",
    "callout.xkey",
    "callout.service_account",
    "callout.role",
    "service_roles.cluster",
    "service_roles.role",
    "service_roles.folder",
    "service_roles.namespaces",
    "service_roles.watch",
    "tokens.life",
};

/// The users that the service connects as: their keys are those of the flags.
bool of_a_connection(const std::string& key) {
    return key.starts_with("connection.") || key.starts_with("callout.connection.") ||
           key.starts_with("callout.system.") || key.starts_with("system.");
}

/// With every table there is, so that the parser asks for every key.
std::string text_with(const std::string& changed = "") {
    std::string text =
        "requests = \"vouched\"\n"
        "ledger.store = \"jetstream:names\"\n"
        "identity.kubernetes.issuer = \"https://c\"\n"
        "identity.kubernetes.audience = \"nats\"\n"
        "identity.oidc = [{ name = \"github\", issuer = \"https://g\", audience = \"nats\", rule = "
        "[{ when = { repository = \"acme/*\" }, role = \"other\", ttl = \"5m\" }] }]\n"
        "callout.mode = \"operator\"\n"
        "callout.account_key = \"callout.nk\"\n"
        "callout.role = \"chat\"\n"
        "callout.connection.creds = \"callout.creds\"\n"
        "callout.system.creds = \"sys.creds\"\n"
        "identity.password = { file = \"users\", rule = "
        "[{ when = { user = \"*\" }, role = \"other\", ttl = \"5m\" }] }\n"
        "identity.x509 = [{ name = \"devices\", ca = \"ca.pem\", rule = "
        "[{ when = { cn = \"*\" }, role = \"other\", ttl = \"5m\" }] }]\n"
        "service_roles.cluster = \"example\"\n"
        "service_roles.role = \"chat\"\n"
        "service_roles.namespaces = [\"a\"]\n"
        "service_roles.folder = \"roles\"\n"
        "tokens.life = \"1h\"\n"
        "roles.other.signing_key = \"other.nk\"\n"
        "roles.other.ttl = \"1h\"\n";
    for (const auto& [key, values] : reloaded)
        text += key + " = " + (key == changed ? values.next : values.now) + "\n";
    return text;
}

base::Result<Configuration> read(const std::string& text) {
    return parse_configuration(text, "/etc/natscreds/chat.toml");
}

}  // namespace

TEST_CASE("Reload: each key that the parser knows is taken over, or refused by its name") {
    const auto now = read(text_with());
    INFO((now ? "" : now.error().message()));
    REQUIRE(now);
    std::set<std::string> known;
    for (const auto& [key, value] : now->values) {
        if (key.starts_with("roles.other.")) continue;
        INFO(key << " is new: say here, and in reload.cpp, whether it takes effect on SIGHUP");
        CHECK((reloaded.contains(key) || refused.contains(key) || of_a_connection(key)));
        Configuration next = *now;
        next.values[key] += " and more";
        const auto expected = reloaded.contains(key) ? std::vector<std::string>{} : std::vector{key};
        CHECK(needs_restart(*now, next) == expected);
        known.insert(key);
    }
    for (const std::string& key : refused)
        CHECK(known.contains(key));
    for (const auto& [key, values] : reloaded)
        CHECK(known.contains(key));
}

TEST_CASE("Reload: what is taken over changes what the policy is made of, and asks for no restart") {
    const Configuration now = read(text_with()).value();
    for (const auto& [key, values] : reloaded) {
        INFO(key);
        if (key == "client_accounts") continue;  // a vouched service without any is refused as a whole
        const auto next = read(text_with(key));
        INFO((next ? "" : next.error().message()));
        REQUIRE(next);
        CHECK(next->values.at(key) != now.values.at(key));
        CHECK(needs_restart(now, *next).empty());
        CHECK_FALSE((now.account == next->account && now.service_account == next->service_account &&
                     now.passphrase_file == next->passphrase_file && now.rules == next->rules &&
                     now.roles == next->roles));
    }
}

TEST_CASE(
    "Reload: a key that is written out with its default value is no change, a table that comes is one") {
    const std::string least = "account = \"K.jwt\"\n[roles.chat]\nsigning_key = \"chat.nk\"\nttl = \"1h\"\n";
    const Configuration now = read(least).value();
    CHECK(needs_restart(now, read("workers = 2\nqueue = \"provisioner\"\n" + least).value()).empty());
    CHECK(needs_restart(now, read("names.grace = \"24h\"\n" + least).value()).empty());
    CHECK(needs_restart(
              now, read(least + "[identity.kubernetes]\nissuer = \"https://c\"\naudience = \"n\"\n").value())
              .size() > 1);
    CHECK(needs_restart(now, read("server_id = \"x\"\nreply_prefixes = [\"_R_\"]\n" + least).value()) ==
          std::vector<std::string>{"reply_prefixes", "server_id"});
}
