// nats-server as an oracle: whom it lets in, and whom the trust chain authorizes, are the same users.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/accounts/surprises.h>
#include <natscreds/jwt/subject.h>
#include <natscreds/jwt/trust.h>
#include <support/nats_server.h>
#include <support/raw_client.h>
#include <support/signing.h>

#include "known_accounts.h"
#include "release_of.h"

using namespace natscreds;
using support::NatsServer;
using support::RawClient;

namespace {

using nkeys::Kind;
using nkeys::SigningKey;
using support::new_key;

enum class SigningKeys { optional, required };

/// A signing key whose users may subscribe to this.
struct TemplateKey {
    SigningKey key = new_key(Kind::account);
    jwt::Permission subscribe;
};

std::vector<TemplateKey> keys_for(const std::vector<jwt::Permission>& templates) {
    std::vector<TemplateKey> keys;
    for (const jwt::Permission& subscribe : templates)
        keys.push_back({.subscribe = subscribe});
    return keys;
}

/// An operator with a signing key, and two accounts. KUBECON has a plain and a scoped signing key, and one for each
/// of the templates.
struct Tree {
    SigningKey operator_key = new_key(Kind::operator_);
    SigningKey operator_signing_key = new_key(Kind::operator_);
    SigningKey account = new_key(Kind::account);
    SigningKey signing_key = new_key(Kind::account);
    SigningKey scoped_key = new_key(Kind::account);
    SigningKey other_account = new_key(Kind::account);
    SigningKey unknown_account = new_key(Kind::account);
    SigningKey revoked = new_key(Kind::user);
    std::vector<TemplateKey> template_keys;
    base::Time now = base::SystemClock().now();
    std::vector<jwt::Decoded<jwt::AccountClaims>> accounts = {};
    std::optional<jwt::TrustChain> chain = {};
    std::string config = {};

    explicit Tree(SigningKeys signing_keys, const std::vector<jwt::Permission>& templates = {})
        : template_keys(keys_for(templates)) {
        jwt::Draft<jwt::OperatorClaims> trusted;
        trusted.subject = operator_key.public_key().text();
        trusted.name = "KO";
        trusted.claims.signing_keys = {operator_signing_key.public_key().text()};
        trusted.claims.strict_signing_key_usage = signing_keys == SigningKeys::required;
        const auto issued = jwt::issue(std::move(trusted), operator_key, now).value();
        chain = jwt::TrustChain::create(issued, now).value();
        accounts = {jwt::issue(kubecon(), operator_signing_key, now).value(),
                    jwt::issue(plain_account(other_account), operator_signing_key, now).value()};
        config = "operator: " + issued.token.text() + "\n" + memory_resolver(accounts);
    }

    static jwt::Draft<jwt::AccountClaims> plain_account(const SigningKey& key) {
        jwt::Draft<jwt::AccountClaims> draft;
        draft.subject = key.public_key().text();
        draft.name = "OTHER";
        return draft;
    }

    jwt::Draft<jwt::AccountClaims> kubecon() const {
        jwt::Draft<jwt::AccountClaims> draft = plain_account(account);
        draft.name = "KUBECON";
        jwt::UserScope scope;
        scope.role = "chat";
        scope.permissions.pub.allow = {"chat.{{name()}}.>"};
        scope.permissions.sub.allow = {"chat.>"};
        draft.claims.signing_keys[signing_key.public_key().text()] = std::nullopt;
        draft.claims.signing_keys[scoped_key.public_key().text()] = scope;
        for (const TemplateKey& each : template_keys) {
            jwt::UserScope of_template;
            of_template.role = "template";
            of_template.permissions.sub = each.subscribe;
            draft.claims.signing_keys[each.key.public_key().text()] = of_template;
        }
        draft.claims.tags = {"env:prod", "env:test"};
        draft.claims.revocations[revoked.public_key().text()] = now.time_since_epoch().count();
        return draft;
    }

    jwt::Draft<jwt::UserClaims> user(const SigningKey& key) const {
        jwt::Draft<jwt::UserClaims> draft;
        draft.subject = key.public_key().text();
        draft.name = "wallyqs";
        draft.claims.issuer_account = account.public_key().text();
        return draft;
    }

    /// What is said without a server. Of an account that is not there nothing is trusted.
    base::Result<jwt::UserPermissionLimits> authorize(
        const jwt::Decoded<jwt::UserClaims>& decoded,
        jwt::ServerRelease release = jwt::newest_release) const {
        const std::string& named = decoded.claims().issuer_account;
        for (const auto& each : accounts) {
            if (each.content.subject != (named.empty() ? decoded.issuer.text() : named)) continue;
            const auto trusted = chain->authorize(each, now).value();
            const auto authorized = chain->authorize(decoded, trusted, now);
            if (!authorized) return authorized.error();
            return jwt::effective_permissions(*authorized, trusted, release);
        }
        return base::Error{jwt::Errc::untrusted_issuer, named};
    }
};

/// "refused", whatever the reason that is given, or the whole answer.
std::string outcome_of(const std::string& answer) {
    for (const char* const refusal :
         {"-ERR 'Authorization Violation'", "-ERR 'User Authentication Expired'"}) {
        if (answer == refusal) return "refused";
    }
    return answer;
}

}  // namespace

TEST_CASE("Trust: whom the chain authorizes a server lets in, and whom it does not the server refuses") {
    const support::ServerBinary binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    const SigningKeys signing_keys = GENERATE(SigningKeys::optional, SigningKeys::required);
    CAPTURE(signing_keys);
    const Tree tree(signing_keys);
    const NatsServer server(binary, {.config = tree.config});
    const SigningKey key = new_key(Kind::user);
    const std::chrono::hours hour(1);

    struct Case {
        const char* what;
        jwt::Draft<jwt::UserClaims> user;
        const SigningKey& issuer;
        base::Time issued_at;
        std::error_code expected;
    };
    std::vector<Case> cases;
    const auto add = [&](const char* what, const SigningKey& issuer, std::error_code expected,
                         const std::function<void(Case&)>& change = {}) {
        cases.push_back({what, tree.user(key), issuer, tree.now, expected});
        if (change) change(cases.back());
    };
    const bool strict = signing_keys == SigningKeys::required;
    const std::error_code by_identity_key =
        strict ? make_error_code(jwt::Errc::untrusted_issuer) : std::error_code();

    add("signed by a signing key", tree.signing_key, {});
    add("signed by a scoped key, without permissions of its own", tree.scoped_key, {},
        [](Case& c) { c.user.claims.jwt::UserPermissionLimits::operator=(jwt::UserClaims::scoped()); });
    add("signed by a scoped key, with permissions of its own", tree.scoped_key, jwt::Errc::own_permissions,
        [](Case& c) { c.user.claims.pub.allow = {"more.>"}; });
    add("signed by the account's own key", tree.account, by_identity_key,
        [](Case& c) { c.user.claims.issuer_account.clear(); });
    add("signed by the account's own key, which is named too", tree.account, by_identity_key);
    add("signed by another account's key", tree.other_account, jwt::Errc::untrusted_issuer);
    add("of an account that nobody knows", tree.unknown_account, jwt::Errc::untrusted_issuer,
        [](Case& c) { c.user.claims.issuer_account.clear(); });
    add("signed by a signing key, without the account's name", tree.signing_key, jwt::Errc::untrusted_issuer,
        [](Case& c) { c.user.claims.issuer_account.clear(); });
    add("in the name of another account", tree.signing_key, jwt::Errc::untrusted_issuer,
        [&](Case& c) { c.user.claims.issuer_account = tree.other_account.public_key().text(); });
    add("expired", tree.signing_key, jwt::Errc::not_in_time,
        [&](Case& c) { c.user.expires = tree.now - hour; });
    add("not yet expired", tree.signing_key, {}, [&](Case& c) { c.user.expires = tree.now + hour; });
    add("not valid yet", tree.signing_key, jwt::Errc::not_in_time,
        [&](Case& c) { c.user.not_before = tree.now + hour; });
    add("revoked", tree.signing_key, jwt::Errc::revoked,
        [&](Case& c) { c.user.subject = tree.revoked.public_key().text(); });
    add("issued after the revocation", tree.signing_key, {}, [&](Case& c) {
        c.user.subject = tree.revoked.public_key().text();
        c.issued_at = tree.now + std::chrono::seconds(1);
    });

    for (const Case& each : cases) {
        CAPTURE(each.what);
        const auto decoded = jwt::issue(each.user, each.issuer, each.issued_at).value();
        const SigningKey& own = each.user.subject == key.public_key().text() ? key : tree.revoked;

        const auto authorized = tree.authorize(decoded);
        const std::string answer = RawClient(server.url()).connect(decoded.token.text(), own);

        CHECK((authorized ? std::error_code() : authorized.error().code) == each.expected);
        CHECK(outcome_of(answer) == (each.expected ? "refused" : "PONG"));
    }
}

TEST_CASE("Trust: what a token says of its key, its connection and its source is what a server checks") {
    const support::ServerBinary binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    const Tree tree(SigningKeys::optional);
    const NatsServer server(binary, {.config = tree.config});
    const SigningKey key = new_key(Kind::user);
    const auto login = [&](const std::function<void(jwt::UserClaims&)>& change, const SigningKey& signer) {
        jwt::Draft<jwt::UserClaims> user = tree.user(key);
        change(user.claims);
        const auto token = jwt::sign(user, tree.signing_key, tree.now).value();
        return outcome_of(RawClient(server.url()).connect(token.text(), signer));
    };

    CHECK(login([](auto&) {}, key) == "PONG");
    CHECK(login([](auto&) {}, new_key(Kind::user)) == "refused");
    CHECK(login([](auto& claims) { claims.bearer_token = true; }, new_key(Kind::user)) == "PONG");
    CHECK(login([](auto& claims) { claims.allowed_connection_types = {"STANDARD"}; }, key) == "PONG");
    CHECK(login(
              [](auto& claims) {
                  claims.allowed_connection_types = {"WEBSOCKET", "MQTT"};
              },
              key) == "refused");
    CHECK(login([](auto& claims) { claims.src = {"10.0.0.0/8", "127.0.0.0/8"}; }, key) == "PONG");
    CHECK(login([](auto& claims) { claims.src = {"10.0.0.0/8"}; }, key) == "refused");
    // Where it is four to twenty o'clock now: before 2.11, a time over midnight ends at midnight.
    const std::int64_t hour = tree.now.time_since_epoch().count() / 3600 % 24;
    const bool day = hour >= 4 && hour < 20;
    const std::string location = day ? "UTC" : "Etc/GMT+12";
    const auto clock = [&](int hours) {
        const std::int64_t seconds = tree.now.time_since_epoch().count() + (hours + (day ? 0 : 12)) * 3600;
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), "%02d:%02d:00", static_cast<int>(seconds / 3600 % 24),
                      static_cast<int>(seconds / 60 % 60));
        return std::string(text.data());
    };
    const auto between = [&](int first, int last) {
        return [&, first, last](jwt::UserClaims& claims) {
            claims.times = {{.start = clock(first), .end = clock(last), .extra = {}}};
            claims.times_location = location;
        };
    };
    CHECK(login(between(-2, 2), key) == "PONG");
    CHECK(login(between(2, 4), key) == "refused");
}

TEST_CASE("Trust: a server fills in a scope's template as the effective permissions say") {
    const support::ServerBinary binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    const Tree tree(SigningKeys::optional);
    const NatsServer server(binary, {.config = tree.config});
    const SigningKey key = new_key(Kind::user);
    jwt::Draft<jwt::UserClaims> user = tree.user(key);
    user.claims.jwt::UserPermissionLimits::operator=(jwt::UserClaims::scoped());
    const auto decoded = jwt::issue(user, tree.scoped_key, tree.now).value();
    RawClient client(server.url());
    REQUIRE(client.connect(decoded.token.text(), key) == "PONG");

    const auto effective = tree.authorize(decoded);

    REQUIRE(effective);
    CHECK(effective->pub.allow == std::vector<std::string>{"chat.wallyqs.>"});
    CHECK(client.publish("chat.wallyqs.hello") == "PONG");
    CHECK(client.publish("chat.derek.hello").find("Permissions Violation for Publish") != std::string::npos);
    CHECK(client.subscribe("chat.derek.hello") == "PONG");
    CHECK(client.subscribe("other").find("Permissions Violation for Subscription") != std::string::npos);
}

namespace {

using List = std::vector<std::string>;

std::vector<jwt::Permission> templates_of_all_kinds() {
    std::vector<jwt::Permission> templates;
    for (const List& allow : std::initializer_list<List>{{"{{tag(t)}}.x.{{tag(t)}}"},
                                                         {"{{tag(t)}}.x.{{TAG(t)}}"},
                                                         {"{{tag(t)}}.x.{{tag(s)}}"},
                                                         {"{{tag(T)}}.x.a"},
                                                         {"{{Tag(t)}}.x.a", "other"},
                                                         {"{{Account-Tag(env)}}.x.a", "other"},
                                                         {"{{account-tag(env)}}.x.{{Account-Name()}}"},
                                                         {"{{ NAME() }}.x.{{ tag(t) }}"},
                                                         {"{{tag( t)}}.x.a", "other"},
                                                         {"a{{tag(t)}}b.x.{{tag(t)}}"},
                                                         {"{{tag(none)}}.x.a", "other"},
                                                         {"{{tag(none)}}.x.a"},
                                                         {"{{tag()}}.x.a", "other"},
                                                         {"{{tag(two)}}.x.a", "other"},
                                                         {"{{tag(blank)}}.x.a", "other"},
                                                         {"{{tag(inner)}}.x.{{tag(s)}}"},
                                                         {"other q", "b.x.b"},
                                                         {"other q", "b.x.b", "{{name()}}.x.a"},
                                                         {"{{name()}}.x.a q"},
                                                         {"{{}}", "{{", "{{name()", "other"},
                                                         {"{{who()}}", "other"},
                                                         {"{{name}}", "other"},
                                                         {"{{{name()}}}", "other"},
                                                         {"{{tag(n)}}.{{tag(n)}}", "other", "{{name()}}"},
                                                         {"other", "{{tag(n)}}.{{tag(n)}}"},
                                                         {"{{tag(n)}}.{{tag(n)}}", "{{tag(none)}}"}})
        templates.push_back({.allow = allow, .deny = {}, .extra = {}});
    for (const List& deny : std::initializer_list<List>{{"{{tag(t)}}.x.{{tag(t)}}"},
                                                        {"{{tag(none)}}.x.a"},
                                                        {"{{Tag(t)}}.x.a"},
                                                        {"other q"},
                                                        {"other q", "{{name()}}.x.a"},
                                                        {"{{tag(blank)}}.x.a", "other"}})
        templates.push_back({.allow = {}, .deny = deny, .extra = {}});
    return templates;
}

/// Whether one may subscribe, without a queue, which entries with a queue say nothing about.
bool allows(const jwt::Permission& permission, const std::string& subject) {
    const auto covers = [&](const std::string& entry) {
        return entry.find(' ') == std::string::npos && jwt::subject_covers(entry, subject);
    };
    return (permission.allow.empty() || std::ranges::any_of(permission.allow, covers)) &&
           std::ranges::none_of(permission.deny, covers);
}

}  // namespace

TEST_CASE("Trust: of every kind of template a server gives what the effective permissions say") {
    const support::ServerBinary binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    const Tree tree(SigningKeys::optional, templates_of_all_kinds());
    const NatsServer server(binary, {.config = tree.config});
    const SigningKey key = new_key(Kind::user);
    jwt::Draft<jwt::UserClaims> user = tree.user(key);
    user.claims.jwt::UserPermissionLimits::operator=(jwt::UserClaims::scoped());
    user.claims.tags = {"t:a", "t:b", "s:1", "two:a.b", "blank:a b", "inner:{{tag(s)}}", "t(x:c"};
    for (int n = 0; n < 64; ++n)
        user.claims.tags.push_back("n:" + std::to_string(n));

    for (const TemplateKey& each : tree.template_keys) {
        CAPTURE(each.subscribe.allow, each.subscribe.deny);
        const auto decoded = jwt::issue(user, each.key, tree.now).value();
        RawClient client(server.url());
        const std::string answer = outcome_of(client.connect(decoded.token.text(), key));

        const auto effective = tree.authorize(decoded, release_of(binary));

        CHECK(answer == (effective ? "PONG" : "refused"));
        if (!effective || answer != "PONG") continue;
        CAPTURE(effective->sub.allow, effective->sub.deny);
        for (const char* const subject :
             {"a.x.a", "a.x.b", "b.x.b", "a.x.1", "1.x.1", "a.b.x.a", "prod.x.KUBECON", "prod.x.a",
              "wallyqs.x.a", "aab.x.a", "aab.x.b", "3.3", "3.4", "wallyqs", "other", "{{}}", "{{name()"}) {
            CAPTURE(subject);
            CHECK((client.subscribe(subject) == "PONG") == allows(effective->sub, subject));
        }
    }
}

namespace {

jwt::Export exported(const std::string& subject, const std::string& type, std::int64_t position = 0) {
    jwt::Export one;
    one.subject = subject;
    one.type = type;
    one.account_token_position = position;
    return one;
}

/// Two accounts, of which one imports from the other what it may and what it may not.
struct ImportTree {
    SigningKey operator_key = new_key(Kind::operator_);
    SigningKey exporter_key = new_key(Kind::account);
    SigningKey importer_key = new_key(Kind::account);
    base::Time now = base::SystemClock().now();
    jwt::Draft<jwt::AccountClaims> exporter = Tree::plain_account(exporter_key);
    jwt::Draft<jwt::AccountClaims> importer = Tree::plain_account(importer_key);

    ImportTree() {
        const std::string own = importer_key.public_key().text();
        const std::string other = new_key(Kind::account).public_key().text();
        jwt::Export closed = exported("closed", "service");
        closed.token_req = true;
        exporter.claims.exports = {exported("req.*.*", "service", 2), exported("plain.>", "service"), closed,
                                   exported("stream.*.x", "stream", 2), exported("$SYS.mine", "service")};
        for (const std::string& subject :
             {"req." + own + ".*", "req." + other + ".*", std::string("req.a.b"), std::string("req.*.*"),
              std::string("plain.a"), std::string("plain.b.>"), std::string("plain"), std::string("none"),
              std::string("closed"), std::string("$SYS.mine"), std::string("$SYS.REQ.SERVER.PING")})
            add(subject, "service");
        for (const std::string& subject : {"stream." + own + ".x", "stream." + other + ".x",
                                           std::string("stream.*.x"), std::string("plain.c")})
            add(subject, "stream");
    }

    void add(const std::string& subject, const std::string& type) {
        jwt::Import one;
        one.subject = one.name = subject;
        one.account = exporter_key.public_key().text();
        one.type = type;
        const bool open = subject.ends_with('>');
        std::string local = "local" + std::to_string(importer.claims.imports.size());
        for (std::int64_t star = 1; star <= std::ranges::count(subject, '*'); ++star)
            local += ".$" + std::to_string(star);
        one.local_subject = open ? local + ".>" : local;
        importer.claims.imports.push_back(one);
    }
};

/// What a server's log says of an import: "added", "left out", or nothing.
std::string fate_of(const jwt::Import& imported, const std::string& log) {
    const std::size_t adding = log.find("Adding " + imported.type + " import ");
    for (std::size_t line = adding; line != std::string::npos;
         line = log.find("Adding " + imported.type + " import ", line + 1)) {
        const std::size_t end = log.find('\n', line);
        const bool of_this =
            log.substr(line, end - line).find('"' + imported.local_subject + '"') != std::string::npos;
        if (!of_this || end == std::string::npos) continue;
        const std::string next = log.substr(end + 1, log.find('\n', end + 1) - end);
        return next.find("Error adding " + imported.type + " import") == std::string::npos ? "added"
                                                                                           : "left out";
    }
    return "";
}

}  // namespace

TEST_CASE("Surprises: servers leave out the imports that are said to be left out, and no others") {
    const support::ServerBinary binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    const ImportTree tree;
    const auto owner = [&] {
        jwt::Draft<jwt::OperatorClaims> draft;
        draft.subject = tree.operator_key.public_key().text();
        return jwt::issue(std::move(draft), tree.operator_key, tree.now).value();
    }();
    const auto exporter = jwt::issue(tree.exporter, tree.operator_key, tree.now).value();
    const auto importer = jwt::issue(tree.importer, tree.operator_key, tree.now).value();
    NatsServer server(binary, {.config = "debug: true\noperator: " + owner.token.text() + "\n" +
                                         memory_resolver({exporter, importer})});
    const SigningKey key = new_key(Kind::user);
    jwt::Draft<jwt::UserClaims> user;
    user.subject = key.public_key().text();
    RawClient client(server.url());
    REQUIRE(client.connect(jwt::sign(user, tree.importer_key, tree.now).value().text(), key) == "PONG");

    const auto dropped = accounts::dropped_imports(importer, {{exporter.content.subject, exporter.claims()}});

    server.stop();
    const std::string log = server.log();
    std::size_t left_out = 0;
    for (const jwt::Import& imported : importer.claims().imports) {
        CAPTURE(imported.subject, imported.type);
        const bool told = std::ranges::any_of(dropped, [&](const jwt::Issue& issue) {
            return issue.text.starts_with("servers leave out the import of \"" + imported.subject + "\": ");
        });
        left_out += told ? 1 : 0;
        CHECK(fate_of(imported, log) == (told ? "left out" : "added"));
    }
    CHECK(left_out == 10);
}
