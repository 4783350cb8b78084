// What is said without a server of who may connect and what he may do, and what real servers do: the same.
#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/cli/console/time_of_day.h>
#include <natscreds/jwt/admission.h>
#include <natscreds/jwt/ruling.h>
#include <support/eventually.h>
#include <support/nats_server.h>
#include <support/raw_client.h>
#include <support/signing.h>

#include "known_accounts.h"
#include "release_of.h"

namespace natscreds::jwt {
namespace {

using nkeys::Kind;
using nkeys::SigningKey;
using support::NatsServer;
using support::new_key;
using support::RawClient;

std::shared_ptr<const SigningKey> fresh_user_key() {
    return std::make_shared<const SigningKey>(new_key(Kind::user));
}

std::string key_text(const SigningKey& key) {
    return key.public_key().text();
}

/// The same seed gives the same choices.
class Chance {
  public:
    explicit Chance(unsigned seed) : engine_(seed) {}
    [[nodiscard]] bool one_in(unsigned many) { return engine_() % many == 0; }
    template <class Choices>
    [[nodiscard]] const auto& of(const Choices& choices) {
        return choices[engine_() % std::size(choices)];
    }
    [[nodiscard]] int between(int least, int most) {
        return least + static_cast<int>(engine_() % static_cast<unsigned>(most - least + 1));
    }

  private:
    std::mt19937 engine_;
};

std::string random_subject(Chance& chance, bool wildcards) {
    constexpr std::array<const char*, 5> tokens{"a", "b", "c", "*", ">"};
    std::string subject;
    for (int left = chance.between(1, 3); left > 0; --left) {
        const std::string token = tokens.at(static_cast<std::size_t>(chance.between(0, wildcards ? 4 : 2)));
        subject += (subject.empty() ? "" : ".") + token;
        if (token == ">") break;
    }
    return subject;
}

std::vector<std::string> random_list(Chance& chance, bool queues, bool templates) {
    std::vector<std::string> list;
    for (int left = chance.between(0, 3); left > 0; --left) {
        list.push_back(random_subject(chance, true));
        if (templates && chance.one_in(4)) list.back() = "a.{{name()}}";
        if (queues && chance.one_in(4)) list.back() += chance.one_in(2) ? " q" : " q.*";
    }
    return list;
}

void make_random(Permissions& permissions, Chance& chance, bool templates = false) {
    permissions.pub = {.allow = random_list(chance, false, templates),
                       .deny = random_list(chance, false, false),
                       .extra = {}};
    permissions.sub = {
        .allow = random_list(chance, true, templates), .deny = random_list(chance, true, false), .extra = {}};
}

/// "15:04:05" so many hours from now.
std::string clock_text(std::chrono::seconds now, int hours) {
    const auto seconds = (now.count() + hours * 3600 + 86'400) % 86'400;
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%02d:%02d:00", static_cast<int>(seconds / 3600),
                  static_cast<int>(seconds / 60 % 60));
    return text.data();
}

void limit_at_random(UserPermissionLimits& limits, Chance& chance, base::Time now) {
    constexpr std::array<const char*, 5> networks{"127.0.0.0/8", "127.0.0.1/32", "10.0.0.0/8", "::1/128",
                                                  "0.0.0.0/0"};
    constexpr std::array<const char*, 5> types{"STANDARD", "WEBSOCKET", "standard", "MQTT", "LEAFNODE"};
    // Somewhere it is any hour, the one behind midnight too.
    static const std::vector<std::string> zones = [] {
        std::vector<std::string> all{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"};
        for (int hours = 1; hours <= 12; ++hours) {
            all.push_back("Etc/GMT+" + std::to_string(hours));
            all.push_back("Etc/GMT-" + std::to_string(hours));
        }
        return all;
    }();
    if (chance.one_in(6)) limits.src = {chance.of(networks)};
    if (chance.one_in(12)) limits.src.emplace_back(chance.of(networks));
    if (chance.one_in(6)) limits.allowed_connection_types = {chance.of(types)};
    if (chance.one_in(12)) limits.allowed_connection_types.emplace_back(chance.of(types));
    limits.bearer_token = chance.one_in(8);
    if (!chance.one_in(4)) return;
    limits.times_location = chance.of(zones);
    const auto here = console::time_of_day(limits.times_location, now).value();
    limits.times = {{.start = clock_text(here, chance.between(-13, 13)),
                     .end = clock_text(here, chance.between(-13, 13)),
                     .extra = {}}};
    if (limits.times.front().start == limits.times.front().end) limits.times.clear();
}

struct AccountInTree {
    SigningKey key = new_key(Kind::account);
    SigningKey plain = new_key(Kind::account);
    SigningKey scoped = new_key(Kind::account);
    SigningKey removed = new_key(Kind::account);
    std::shared_ptr<const SigningKey> revoked_user = fresh_user_key();
    std::string name = {};
};

/// An operator, and accounts of it of which not everything is in order.
class TreeOfChance {
  public:
    TreeOfChance(Chance& chance, base::Time now) : now_(now) {
        Draft<OperatorClaims> draft;
        draft.subject = key_text(identity_);
        draft.name = "KO";
        draft.claims.signing_keys = {key_text(signing_)};
        draft.claims.strict_signing_key_usage = chance.one_in(2);
        operator_ = issue(std::move(draft), identity_, now).value();
        for (int i = 0; i < 10; ++i)
            add_account(chance, "ACCOUNT" + std::to_string(i));
    }

    [[nodiscard]] std::string config() const {
        return "operator: " + operator_->token.text() + "\n" + memory_resolver(known_);
    }

    [[nodiscard]] ServerKnowledge knowledge(ServerRelease release) const {
        return {.now = now_,
                .release = release,
                .operators = {*operator_},
                .find_account = finder_of(known_),
                .time_of_day = console::time_of_day};
    }

    [[nodiscard]] const std::vector<AccountInTree>& accounts() const { return accounts_; }

  private:
    void add_account(Chance& chance, const std::string& name) {
        AccountInTree& added = accounts_.emplace_back();
        added.name = name;
        Draft<AccountClaims> draft;
        draft.subject = key_text(added.key);
        draft.name = name;
        AccountClaims& claims = draft.claims;
        claims.signing_keys[key_text(added.plain)] = std::nullopt;
        UserScope scope;
        scope.role = "role";
        make_random(scope.permissions, chance, true);
        limit_at_random(scope.permissions, chance, now_);
        claims.signing_keys[key_text(added.scoped)] = std::move(scope);
        claims.limits.disallow_bearer = chance.one_in(3);
        if (chance.one_in(12)) claims.limits.conn = 0;
        if (chance.one_in(3)) make_random(claims.default_permissions, chance);
        claims.revocations[key_text(*added.revoked_user)] = now_.time_since_epoch().count();
        if (chance.one_in(8)) claims.revocations["*"] = now_.time_since_epoch().count() - 60;
        if (chance.one_in(12)) return;  // no server knows it
        const bool by_identity = chance.one_in(6);
        known_.push_back(issue(std::move(draft), by_identity ? identity_ : signing_, now_).value());
    }

    base::Time now_;
    SigningKey identity_ = new_key(Kind::operator_);
    SigningKey signing_ = new_key(Kind::operator_);
    std::optional<Decoded<OperatorClaims>> operator_;
    std::vector<AccountInTree> accounts_;
    KnownAccounts known_;
};

/// Credentials of an account, in which now and then something is wrong.
struct Visitor {
    std::shared_ptr<const SigningKey> key;
    std::string token;
};

Visitor random_visitor(const AccountInTree& account, Chance& chance, base::Time now) {
    constexpr std::chrono::hours hour(1);
    const auto key = chance.one_in(10) ? account.revoked_user : fresh_user_key();
    Draft<UserClaims> draft;
    draft.subject = key_text(*key);
    constexpr std::array<const char*, 3> names{"b", "wally qs", ""};
    draft.name = chance.of(names);
    draft.claims.issuer_account = key_text(account.key);
    const std::array<const SigningKey*, 8> signers{&account.plain,  &account.plain,  &account.plain,
                                                   &account.scoped, &account.scoped, &account.key,
                                                   &account.scoped, &account.removed};
    const SigningKey& signer = *chance.of(signers);
    if (&signer == &account.scoped && !chance.one_in(6)) {
        draft.claims.UserPermissionLimits::operator=(UserClaims::scoped());
    } else {
        if (chance.one_in(2)) make_random(draft.claims, chance);
        limit_at_random(draft.claims, chance, now);
    }
    if (chance.one_in(12)) draft.claims.issuer_account.clear();
    if (chance.one_in(12)) draft.expires = now - hour;
    if (chance.one_in(4)) draft.expires = now + hour;
    if (chance.one_in(20)) draft.not_before = now + hour;
    if (chance.one_in(20)) draft.claims.pub.allow.assign(600, "a.very.long.subject.that.does.not.fit");
    if (chance.one_in(20)) draft.claims.src.emplace_back("no network");
    const base::Time issued =
        chance.one_in(6) ? now - 2 * hour : now + base::Time::duration(chance.between(-1, 1));
    std::string token = sign(draft, signer, issued).value().text();
    char& in_signature = token[token.size() - 10];
    if (chance.one_in(20)) in_signature = in_signature == 'A' ? 'B' : 'A';
    return {chance.one_in(12) ? fresh_user_key() : key, std::move(token)};
}

std::string steps_text(const Admission& admission) {
    std::string text;
    for (const CheckedStep& step : admission.steps)
        text += std::string(name_of(step.check)) + ": " + step.found + "\n";
    return text;
}

void compare_uses(RawClient& client, const Permissions& permissions, Chance& chance, ServerRelease release) {
    for (int i = 0; i < 8; ++i) {
        const bool publishes = chance.one_in(2);
        SubjectUse use{.kind = publishes ? SubjectUse::Kind::publish : SubjectUse::Kind::subscribe,
                       .subject = random_subject(chance, !publishes)};
        constexpr std::array<const char*, 3> queues{"q", "q.x", "other"};
        if (!publishes && chance.one_in(2)) use.queue = chance.of(queues);
        CAPTURE(publishes, use.subject, use.queue, permissions.pub.allow, permissions.pub.deny,
                permissions.sub.allow, permissions.sub.deny);
        const std::string answer =
            publishes ? client.publish(use.subject) : client.subscribe(use.subject, use.queue);
        CAPTURE(answer);
        CHECK(rule_on(permissions, use, release).allows() == (answer == "PONG"));
    }
}

/// An account and a user of it in whom one thing is wrong.
struct RefusedUser {
    Check check;
    std::string logged;  ///< what the server's log says then; empty: it says nothing of it
    SigningKey account = new_key(Kind::account);
    SigningKey plain = new_key(Kind::account);
    SigningKey scoped = new_key(Kind::account);
    SigningKey user = new_key(Kind::user);
    SigningKey shown = new_key(Kind::user);  ///< that signs the nonce where the user's does not
    Draft<AccountClaims> account_draft = {};
    Draft<UserClaims> user_draft = {};
    const SigningKey* user_signer = nullptr;
    bool own_operator = true;
    bool known = true;
    bool own_key = true;
    bool pinned = true;
    std::string token = {};
};

class RefusedUsers {
  public:
    explicit RefusedUsers(base::Time now) : now_(now) {
        Draft<OperatorClaims> draft;
        draft.subject = key_text(operator_key_);
        draft.name = "KO";
        operator_ = issue(std::move(draft), operator_key_, now).value();
    }

    void add(Check check, const std::string& logged, const std::function<void(RefusedUser&)>& change) {
        RefusedUser& one = *users_.emplace_back(
            std::make_unique<RefusedUser>(RefusedUser{.check = check, .logged = logged}));
        one.account_draft.subject = key_text(one.account);
        one.account_draft.name = "ACCOUNT";
        UserScope scope;
        scope.role = "role";
        one.account_draft.claims.signing_keys = {{key_text(one.plain), std::nullopt},
                                                 {key_text(one.scoped), scope}};
        one.user_draft.subject = key_text(one.user);
        one.user_draft.name = "ann";
        one.user_draft.claims.issuer_account = key_text(one.account);
        one.user_signer = &one.plain;
        change(one);
        if (one.token.empty()) one.token = sign(one.user_draft, *one.user_signer, now_).value().text();
        if (!one.known) return;
        const SigningKey& signer = one.own_operator ? operator_key_ : stranger_;
        known_.push_back(issue(one.account_draft, signer, now_).value());
    }

    [[nodiscard]] std::string config() const {
        std::string text = "operator: " + operator_->token.text() + "\n" + memory_resolver(known_) +
                           "resolver_pinned_accounts: [\n";
        for (const std::string& key : pinned())
            text += key + "\n";
        return text + "]\n";
    }

    [[nodiscard]] ServerKnowledge knowledge() const {
        return {.now = now_,
                .operators = {*operator_},
                .find_account = finder_of(known_),
                .pinned_accounts = pinned(),
                .time_of_day = console::time_of_day};
    }

    [[nodiscard]] const std::vector<std::unique_ptr<RefusedUser>>& users() const { return users_; }

  private:
    [[nodiscard]] std::vector<std::string> pinned() const {
        std::vector<std::string> keys;
        for (const auto& each : users_) {
            if (each->pinned) keys.push_back(key_text(each->account));
        }
        return keys;
    }

    base::Time now_;
    SigningKey operator_key_ = new_key(Kind::operator_);
    SigningKey stranger_ = new_key(Kind::operator_);
    std::optional<Decoded<OperatorClaims>> operator_;
    std::vector<std::unique_ptr<RefusedUser>> users_;
    KnownAccounts known_;
};

}  // namespace

TEST_CASE("Admission: why a server refuses somebody, which only its log says, is what the replay says") {
    const auto binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    const base::Time now = base::SystemClock().now();
    constexpr std::chrono::hours hour(1);
    RefusedUsers users(now);
    users.add(Check::connect_line, "maximum control line exceeded",
              [](RefusedUser& one) { one.user_draft.claims.pub.allow.assign(600, "a.long.subject"); });
    users.add(Check::token, "ser JWT", [&](RefusedUser& one) {
        one.token = sign(one.user_draft, one.plain, now).value().text();
        one.token[one.token.size() - 10] = one.token[one.token.size() - 10] == 'A' ? 'B' : 'A';
    });
    users.add(Check::claims, "User JWT no longer valid",
              [&](RefusedUser& one) { one.user_draft.expires = now - hour; });
    users.add(Check::claims, "User JWT no longer valid",
              [&](RefusedUser& one) { one.user_draft.not_before = now + hour; });
    users.add(Check::pinned_accounts, "not listed as operator pinned account",
              [](RefusedUser& one) { one.pinned = false; });
    users.add(Check::account, "Account JWT lookup error", [](RefusedUser& one) { one.known = false; });
    users.add(Check::account, "Account JWT lookup error",
              [](RefusedUser& one) { one.account_draft.claims.imports.resize(1); });
    users.add(Check::account, "Account JWT",
              [&](RefusedUser& one) { one.account_draft.expires = now - hour; });
    if (release_of(binary) >= ServerRelease{2, 12})
        users.add(Check::proxy, "proxy",
                  [](RefusedUser& one) { one.user_draft.claims.proxy_required = true; });
    users.add(Check::operator_, "Account JWT lookup error",
              [](RefusedUser& one) { one.own_operator = false; });
    users.add(Check::issuer, "User JWT issuer is not known",
              [](RefusedUser& one) { one.account_draft.claims.signing_keys.clear(); });
    users.add(Check::scope, "User JWT is not valid", [](RefusedUser& one) {
        one.user_signer = &one.scoped;
        one.user_draft.claims.pub.allow = {"a"};
    });
    users.add(Check::scope, "generated invalid permissions", [](RefusedUser& one) {
        one.user_signer = &one.scoped;
        one.user_draft.claims.UserPermissionLimits::operator=(UserClaims::scoped());
        one.account_draft.claims.signing_keys[key_text(one.scoped)]->permissions.pub.deny = {
            "a.{{tag(none)}}"};
    });
    users.add(Check::bearer, "does not allow bearer token", [](RefusedUser& one) {
        one.user_draft.claims.bearer_token = true;
        one.account_draft.claims.limits.disallow_bearer = true;
    });
    users.add(Check::connection_type, "Connection type not allowed",
              [](RefusedUser& one) { one.user_draft.claims.allowed_connection_types = {"MQTT"}; });
    users.add(Check::key, "not verified", [](RefusedUser& one) { one.own_key = false; });
    users.add(Check::revocation, "User authentication revoked", [&](RefusedUser& one) {
        one.account_draft.claims.revocations[key_text(one.user)] = now.time_since_epoch().count();
    });
    users.add(Check::source, "Bad src Ip",
              [](RefusedUser& one) { one.user_draft.claims.src = {"10.0.0.0/8"}; });
    users.add(Check::time_of_day, "Outside connect times", [&](RefusedUser& one) {
        const auto here = console::time_of_day("UTC", now).value();
        one.user_draft.claims.times = {
            {.start = clock_text(here, 2), .end = clock_text(here, 3), .extra = {}}};
        one.user_draft.claims.times_location = "UTC";
    });
    users.add(Check::connections, "maximum account active connections exceeded",
              [](RefusedUser& one) { one.account_draft.claims.limits.conn = 0; });
    const NatsServer server(binary, {.config = users.config(), .arguments = {"-D"}});

    for (const auto& each : users.users()) {
        const SigningKey& key = each->own_key ? each->user : each->shown;
        const std::size_t before = server.log().size();
        const std::string answer = RawClient(server.url()).connect(each->token, key);
        const Admission admission = admit({.token = each->token,
                                           .key = key.public_key(),
                                           .address = "127.0.0.1",
                                           .by_trusted_proxy = false},
                                          users.knowledge());

        CAPTURE(answer, steps_text(admission), server.log().substr(before));
        CHECK(answer != "PONG");
        REQUIRE(admission.verdict() == Verdict::refused);
        CHECK(name_of(admission.steps.back().check) == name_of(each->check));
        CHECK(support::eventually(
            [&] { return server.log().substr(before).find(each->logged) != std::string::npos; }));
    }
}

TEST_CASE("Admission: of 1,000 random users of random trees a server lets in whom the replay lets in") {
    const auto binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    const base::Time now = base::SystemClock().now();
    Chance chance(16);
    int admitted = 0;
    for (int i = 0; i < 10; ++i) {
        const TreeOfChance tree(chance, now);
        const NatsServer server(binary, {.config = tree.config()});
        for (int j = 0; j < 100; ++j) {
            const Visitor visitor = random_visitor(chance.of(tree.accounts()), chance, now);
            const Admission admission =
                admit({.token = visitor.token, .key = visitor.key->public_key(), .address = "127.0.0.1"},
                      tree.knowledge(release_of(binary)));
            CAPTURE(i, j, visitor.token, steps_text(admission));
            RawClient client(server.url());
            const std::string answer = client.connect(visitor.token, *visitor.key);
            REQUIRE((admission.verdict() == Verdict::passed) == (answer == "PONG"));
            if (answer != "PONG") continue;
            ++admitted;
            // Who has times is let in by the hour: what is asked is the same whenever the test runs.
            if (!admission.permissions->times.empty()) continue;
            Chance uses(static_cast<unsigned>(i * 100 + j));
            compare_uses(client, *admission.permissions, uses, release_of(binary));
        }
    }
    CHECK(admitted > 150);
    CHECK(admitted < 800);
}

}  // namespace natscreds::jwt
