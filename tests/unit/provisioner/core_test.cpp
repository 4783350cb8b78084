#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/provisioner/policy/claim.h>
#include <natscreds/provisioner/policy/issuer.h>
#include <natscreds/provisioner/policy/name.h>
#include <natscreds/provisioner/policy/role.h>
#include <support/key_of.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using nkeys::Kind;
using namespace std::chrono_literals;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

using support::key_of;

const nkeys::PublicKey& alice() {
    static const nkeys::PublicKey key = key_of(Kind::user, 11).public_key();
    return key;
}

using Edit = void (*)(jwt::Draft<jwt::AccountClaims>&);

/// The account 3 with the signing key 2, plain unless `edit` gives it a scope.
jwt::Decoded<jwt::AccountClaims> account(Edit edit = [](auto&) {}) {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = key_of(Kind::account, 3).public_key().text();
    draft.name = "KUBECON";
    draft.claims.signing_keys[key_of(Kind::account, 2).public_key().text()] = std::nullopt;
    edit(draft);
    return jwt::decode<jwt::AccountClaims>(jwt::sign(draft, key_of(Kind::operator_), noon)->text()).value();
}

base::Result<Issuer> issuer_of(jwt::Decoded<jwt::AccountClaims> with,
                               Role role = chat_role("KUBECON").value()) {
    return Issuer::create(
        {.account = std::move(with), .key = key_of(Kind::account, 2), .role = std::move(role)}, noon);
}

jwt::Decoded<jwt::UserClaims> issued_by(const Issuer& issuer) {
    const auto token = issuer.issue(
        {.name = Name::parse("wallyqs").value(), .key = alice(), .expires = noon + 1h, .generation = 2},
        noon);
    return jwt::decode<jwt::UserClaims>(token->text()).value();
}

}  // namespace

TEST_CASE("Name: 1 to 63 characters of a-z 0-9 _ -, beginning with a letter, and nothing else") {
    CHECK(Name::parse("a"));
    CHECK(Name::parse("wallyqs"));
    CHECK(Name::parse("a-b_9"));
    CHECK(Name::parse(std::string(63, 'x')));
    const std::string bad =
        GENERATE(std::string(), std::string(64, 'x'), std::string("9a"), std::string("_a"),
                 std::string("Wally"), std::string("a b"), std::string("a.b"), std::string(">"),
                 std::string("*"), std::string("a\n"), std::string("jos\xc3\xa9"));
    CHECK(Name::parse(bad).error().code == Reason::bad_name);
}

TEST_CASE("Name: folding takes the first word in lower case and cuts nothing else") {
    CHECK(Name::fold("  Wally Q S")->text() == "wally");
    CHECK(Name::fold("christopher")->text() == "christopher");
    CHECK(Name::fold("CHRISTOPH\n")->text() == "christoph");
    const std::string bad = GENERATE("", "   ", "\n", "Jos\xc3\xa9", ">", "a.b", "9lives");
    CHECK(Name::fold(bad).error().code == Reason::bad_name);
}

TEST_CASE("Role: the chat's subjects are the tutorial's but for an inbox of one's own") {
    const auto role = chat_role("KUBECON");
    REQUIRE(role);
    const auto permissions = expand(*role, {.subject = "UABC", .name = "wallyqs"});
    REQUIRE(permissions);
    CHECK(permissions->pub.allow ==
          std::vector<std::string>{"chat.KUBECON.dms.*", "chat.KUBECON.online", "chat.KUBECON.posts.*"});
    CHECK(permissions->sub.allow == std::vector<std::string>{"_INBOX_.UABC.>", "chat.KUBECON.dms.UABC",
                                                             "chat.KUBECON.online", "chat.KUBECON.posts.*"});
}

TEST_CASE("Role: an account whose name cannot stand in a subject has no chat") {
    CHECK(chat_role("KUBECON"));
    const std::string name = GENERATE("", "a b", "*", ">", "a.b");
    CHECK_FALSE(chat_role(name));
}

TEST_CASE("Role: placeholders are replaced as whole tokens, and what is left over is refused") {
    Role role = chat_role("KUBECON").value();
    const Holder holder{.subject = "UABC", .name = "wallyqs"};
    role.permissions.pub.allow = {"a.{{name()}}.{{subject()}}"};
    CHECK(expand(role, holder)->pub.allow == std::vector<std::string>{"a.wallyqs.UABC"});
    const std::string bad = GENERATE("x{{name()}}", "a.{{tag(x)}}", "a..b", "", "a.", "a.>.b", "a b c");
    role.permissions.pub.allow = {bad};
    CHECK(expand(role, holder).error().code == std::errc::invalid_argument);
}

TEST_CASE("Issuer: with a plain signing key the permissions stand in the token") {
    const auto issuer = issuer_of(account());
    REQUIRE(issuer);
    const auto user = issued_by(*issuer);
    CHECK(user.issuer == key_of(Kind::account, 2).public_key());
    CHECK(user.content.subject == alice().text());
    CHECK(user.content.name == "wallyqs");
    CHECK(user.content.expires == noon + 1h);
    CHECK(user.claims().issuer_account == key_of(Kind::account, 3).public_key().text());
    CHECK(user.claims().tags == std::vector<std::string>{"role:chat", "gen:2"});
    CHECK(user.claims().allowed_connection_types == std::vector<std::string>{"STANDARD", "WEBSOCKET"});
    CHECK(user.claims().sub.allow.front() == "_INBOX_." + alice().text() + ".>");
}

TEST_CASE("Issuer: with a scoped signing key the token carries no permissions") {
    const auto issuer = issuer_of(account([](auto& draft) {
        draft.claims.signing_keys.begin()->second =
            jwt::UserScope{.role = "chat",
                           .permissions = chat_role("KUBECON")->permissions,
                           .permissions_extra = {},
                           .description = "",
                           .extra = {}};
    }));
    REQUIRE(issuer);
    CHECK_FALSE(issued_by(*issuer).claims().has_own_permissions());
}

TEST_CASE("Issuer: a scope that is not the role's permissions is refused at start") {
    const auto issuer = issuer_of(account([](auto& draft) {
        jwt::UserScope scope{.role = "chat",
                             .permissions = chat_role("KUBECON")->permissions,
                             .permissions_extra = {},
                             .description = "",
                             .extra = {}};
        scope.permissions.sub.allow = {"_INBOX.>"};
        draft.claims.signing_keys.begin()->second = scope;
    }));
    CHECK(issuer.error().code == IssuerErrc::scope_differs);
}

TEST_CASE("Issuer: a key that the account does not list is refused at start, its identity key included") {
    const auto issuer = Issuer::create(
        {.account = account(), .key = key_of(Kind::account, 3), .role = chat_role("KUBECON").value()}, noon);
    CHECK(issuer.error().code == IssuerErrc::key_not_listed);
}

TEST_CASE("Issuer: an account that has expired is refused at start, and later when it expires") {
    auto expiring = account([](auto& draft) { draft.expires = noon + 1min; });
    CHECK(
        Issuer::create({.account = expiring, .key = key_of(Kind::account, 2), .role = chat_role("K").value()},
                       noon + 61s)
            .error()
            .code == IssuerErrc::account_expired);
    const auto issuer = issuer_of(std::move(expiring));
    REQUIRE(issuer);
    CHECK(issuer->expiry(std::nullopt, noon).value() == noon + 1min);
    CHECK(issuer->expiry(std::nullopt, noon + 61s).error().code == Reason::signing_key_unusable);
}

TEST_CASE("Issuer: a ttl may shrink what the role gives, and not stretch it") {
    const auto issuer = issuer_of(account());
    REQUIRE(issuer);
    CHECK(issuer->expiry(std::nullopt, noon).value() == noon + 1h);
    CHECK(issuer->expiry(1s, noon).value() == noon + 1s);
    CHECK(issuer->expiry(3600s, noon).value() == noon + 1h);
    CHECK(issuer->expiry(3601s, noon).error().code == Reason::bad_ttl);
}

TEST_CASE("Issuer: a role whose JWT would not fit the CONNECT line is refused at start") {
    Role role = chat_role("KUBECON").value();
    for (int i = 0; i < 100; ++i)
        role.permissions.pub.allow.push_back("a.long.subject." + std::to_string(i));
    CHECK(issuer_of(account(), std::move(role)).error().code == IssuerErrc::token_too_large);
}

TEST_CASE("Issuer: a role with a subject that cannot be expanded is refused at start") {
    Role role = chat_role("KUBECON").value();
    role.permissions.pub.allow = {"a.{{who()}}"};
    CHECK(issuer_of(account(), std::move(role)).error().code == std::errc::invalid_argument);
}

TEST_CASE(
    "Issuer: permissions of an order stand in the place of the role's, and its tags beside the others") {
    jwt::Permissions wanted;
    wanted.pub.allow = {"foo.*"};
    wanted.sub.allow = {"hello.world"};
    const Order order{.name = Name::parse("nats-user").value(),
                      .key = alice(),
                      .expires = noon + 1h,
                      .permissions = wanted,
                      .tags = {"service-account:nats-io/nats-user"}};
    const auto token = issuer_of(account())->issue(order, noon);
    REQUIRE(token);
    const auto user = jwt::decode<jwt::UserClaims>(token->text()).value();
    CHECK(static_cast<const jwt::Permissions&>(user.claims()) == wanted);
    CHECK(user.claims().payload == chat_role("KUBECON")->permissions.payload);
    CHECK(user.claims().tags.back() == "service-account:nats-io/nats-user");
    const auto scoped = account([](auto& draft) {
        jwt::UserScope scope;
        scope.permissions = chat_role("KUBECON")->permissions;
        draft.claims.signing_keys.begin()->second = scope;
    });
    CHECK(issuer_of(scoped)->issue(order, noon).error().code == Reason::signing_key_unusable);
}

TEST_CASE(
    "Issuer: for an account of the servers' configuration its name is the audience, and no account the "
    "issuer's") {
    const auto issuer = Issuer::create(
        {.account = ConfiguredAccount{"APP"}, .key = key_of(Kind::account, 2), .role = {.name = "service"}},
        noon);
    REQUIRE(issuer);
    const auto user = issued_by(*issuer);
    CHECK(user.content.audience == "APP");
    CHECK(user.claims().issuer_account.empty());
    CHECK(user.issuer == key_of(Kind::account, 2).public_key());
    CHECK(issuer->account() == "APP");
    CHECK_FALSE(issuer->account_expires());
    CHECK_FALSE(issuer->revoked(user));
    CHECK(issuer->expiry(std::nullopt, noon).value() == noon + 1h);
}

TEST_CASE("Issuer: a key of the same role's name with another template is not one whose users are renewed") {
    const auto issuer = issuer_of(account([](auto& draft) {
        jwt::UserScope scope;
        scope.role = "chat";
        scope.permissions = chat_role("KUBECON")->permissions;
        draft.claims.signing_keys.begin()->second = scope;
        draft.claims.signing_keys[key_of(Kind::account, 4).public_key().text()] = scope;
        scope.permissions.pub.allow = {"chat.KUBECON.online"};
        draft.claims.signing_keys[key_of(Kind::account, 5).public_key().text()] = scope;
        scope.permissions.pub.allow = {">"};
        draft.claims.signing_keys[key_of(Kind::account, 6).public_key().text()] = scope;
    }));
    REQUIRE(issuer);
    CHECK(issuer->issuers().size() == 2);
    for (const std::uint64_t other : {5, 6}) {
        CHECK(std::ranges::count(issuer->issuers(), key_of(Kind::account, other).public_key().text()) == 0);
    }
}

TEST_CASE("Issuer: the issuers it names are the account's keys for the same role") {
    const auto issuer = issuer_of(account([](auto& draft) {
        draft.claims.signing_keys[key_of(Kind::account, 4).public_key().text()] = std::nullopt;
        draft.claims.signing_keys[key_of(Kind::account, 5).public_key().text()] = jwt::UserScope{};
    }));
    REQUIRE(issuer);
    CHECK(issuer->issuers().size() == 2);
    CHECK(std::ranges::find(issuer->issuers(), key_of(Kind::account, 5).public_key().text()) ==
          issuer->issuers().end());
}
