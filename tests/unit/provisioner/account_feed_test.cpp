#include <atomic>
#include <mutex>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/provisioner/service/account_feed.h>
#include <support/eventually.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/key_of.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using nkeys::Kind;
using support::eventually;
using namespace std::chrono_literals;

namespace {

using Account = jwt::Decoded<jwt::AccountClaims>;

using support::key_of;

struct Edition {
    std::chrono::seconds after{0};
    std::uint64_t account = 3;
    std::uint64_t signer = 1;
    std::uint64_t signing_key = 2;
    std::vector<std::string> revoked = {};
};

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

Account account(const Edition& edition) {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = key_of(Kind::account, edition.account).public_key().text();
    draft.name = "KUBECON";
    draft.claims.signing_keys[key_of(Kind::account, edition.signing_key).public_key().text()] = std::nullopt;
    for (const std::string& key : edition.revoked)
        draft.claims.revocations[key] = noon.time_since_epoch().count();
    const auto token = jwt::sign(draft, key_of(Kind::operator_, edition.signer), noon + edition.after);
    return jwt::decode<jwt::AccountClaims>(token->text()).value();
}

Policy policy_of(const Account& account, std::uint64_t signing_key = 2) {
    std::vector<Issuer> issuers;
    issuers.push_back(Issuer::create({.account = account,
                                      .key = key_of(Kind::account, signing_key),
                                      .role = chat_role("KUBECON").value()},
                                     noon)
                          .value());
    return Policy::create({}, std::move(issuers)).value();
}

/// A feed that follows a file, and what it said.
struct Bench {
    Bench() {
        write(account({}));
        feed = AccountFeed::start({.policy = policy,
                                   .intervals = intervals,
                                   .files = {folder / "KUBECON.jwt"},
                                   .system = std::nullopt,
                                   .tell =
                                       [this](const std::string& what) {
                                           const std::lock_guard lock(mutex);
                                           said += what + "\n";
                                       }})
                   .value();
    }
    void write(const Account& written) const { folder.write("KUBECON.jwt", written.token.text()); }
    [[nodiscard]] bool says(const std::string& what) {
        return eventually([&] {
            const std::lock_guard lock(mutex);
            return said.find(what) != std::string::npos;
        });
    }
    [[nodiscard]] bool revokes(const nkeys::PublicKey& key) const {
        return !policy.load()->issuers().front().check_revoked(key, clock.now());
    }

    support::TempDir folder;
    support::FakeClock clock;
    support::FakeIntervals intervals;
    CurrentPolicy policy{policy_of(account({}))};
    std::mutex mutex;
    std::string said;
    std::unique_ptr<AccountFeed> feed;
};

const nkeys::PublicKey& mallory() {
    static const nkeys::PublicKey key = key_of(Kind::user, 66).public_key();
    return key;
}

}  // namespace

TEST_CASE("AccountFeed: only a JWT of the same account, by the same signer, that is not older is newer") {
    const Account known = account({});
    CHECK(check_newer(known, known));
    CHECK(check_newer(known, account({.after = 1s})));
    CHECK(check_newer(known, account({.after = -1s})).error().code == AccountFeedErrc::older);
    CHECK(check_newer(known, account({.after = 1s, .account = 4})).error().code ==
          AccountFeedErrc::other_account);
    CHECK(check_newer(known, account({.after = 1s, .signer = 5})).error().code ==
          AccountFeedErrc::other_signer);
}

TEST_CASE("AccountFeed: a revocation in a changed file is in force, and lifted when the file lifts it") {
    Bench bench;
    CHECK_FALSE(bench.revokes(mallory()));
    bench.write(account({.after = 1s, .revoked = {mallory().text()}}));
    CHECK(eventually([&] { return bench.revokes(mallory()); }));
    bench.write(account({.after = 2s}));
    CHECK(eventually([&] { return !bench.revokes(mallory()); }));
}

TEST_CASE("AccountFeed: an older file, another signer's and what is no JWT change nothing, and are told of") {
    Bench bench;
    bench.write(account({.after = 1s, .revoked = {mallory().text()}}));
    REQUIRE(eventually([&] { return bench.revokes(mallory()); }));
    bench.write(account({}));
    CHECK(bench.says("the account's JWT is older than the one in force"));
    bench.write(account({.after = 2s, .signer = 5}));
    CHECK(bench.says("signed by another key"));
    bench.write(account({.after = 2s, .account = 4}));
    CHECK(bench.says("of another account"));
    bench.folder.write("KUBECON.jwt", "half a fi");
    CHECK(bench.says("KUBECON.jwt"));
    CHECK(bench.revokes(mallory()));
}

TEST_CASE("AccountFeed: a policy read again from an older file keeps the revocations that are known") {
    Bench bench;
    bench.write(account({.after = 1s, .revoked = {mallory().text()}}));
    REQUIRE(eventually([&] { return bench.revokes(mallory()); }));
    bench.feed->replace(policy_of(account({})), {bench.folder / "KUBECON.jwt"});
    CHECK(bench.revokes(mallory()));
    bench.feed->replace(policy_of(account({.signer = 5})), {bench.folder / "KUBECON.jwt"});
    CHECK_FALSE(bench.revokes(mallory()));
}

TEST_CASE("AccountFeed: of two JWTs of the same second the one counts that the service was given last") {
    Bench bench;
    bench.write(account({.after = 1s, .revoked = {mallory().text()}}));
    REQUIRE(eventually([&] { return bench.revokes(mallory()); }));
    bench.write(account({.after = 1s}));
    bench.feed->replace(policy_of(account({.after = 1s})), {bench.folder / "KUBECON.jwt"});
    CHECK_FALSE(bench.revokes(mallory()));
}

TEST_CASE("AccountFeed: after a reload it is the file of the reloaded configuration that is followed") {
    Bench bench;
    bench.folder.write("other.jwt", account({.after = 1s, .revoked = {mallory().text()}}).token.text());
    bench.feed->replace(policy_of(account({})), {bench.folder / "other.jwt"});
    CHECK(eventually([&] { return bench.revokes(mallory()); }));
    bench.write(account({.after = 2s}));
    bench.folder.write("other.jwt",
                       account({.after = 3s, .signer = 5, .revoked = {mallory().text()}}).token.text());
    CHECK(bench.says("signed by another key"));
    CHECK(bench.revokes(mallory()));
}

TEST_CASE("AccountFeed: while the file cannot be read, what is known stays, and its age is said") {
    Bench bench;
    REQUIRE(eventually([&] { return bench.feed->confirmed().has_value(); }));
    CHECK(bench.feed->ready());
    std::atomic<int> trouble = 0;
    CurrentPolicy policy{policy_of(account({}))};
    const auto feed = AccountFeed::start({.policy = policy,
                                          .intervals = bench.intervals,
                                          .files = {bench.folder / "gone.jwt"},
                                          .system = std::nullopt,
                                          .tell = [&](const std::string&) { ++trouble; },
                                          .out_of_date_after = 0s})
                          .value();
    CHECK(eventually([&] { return trouble > 0; }));
    CHECK_FALSE(feed->confirmed());
    const base::Status ready = feed->ready();
    REQUIRE_FALSE(ready);
    CHECK(ready.error().code == AccountFeedErrc::out_of_date);
    CHECK(ready.error().message().find(" s ago") != std::string::npos);
}

TEST_CASE("AccountFeed: a minute without the file makes what is known out of date, whatever the date says") {
    Bench bench;
    REQUIRE(eventually([&] { return bench.feed->confirmed().has_value(); }));
    std::filesystem::remove(bench.folder / "KUBECON.jwt");
    REQUIRE(bench.says("No such file"));
    bench.clock.advance(GENERATE(-1h, 1h));
    CHECK(bench.feed->ready());
    bench.intervals.advance(60s);
    CHECK(bench.feed->ready().error().message().find("last confirmed 60 s ago") != std::string::npos);
}

TEST_CASE(
    "AccountFeed: each account of a policy is followed by itself, and one that is not confirmed is named") {
    support::TempDir folder;
    support::FakeIntervals intervals;
    const auto second = [](const Edition& edition) {
        Edition own = edition;
        own.account = 13;
        own.signing_key = 12;
        return account(own);
    };
    std::vector<Issuer> issuers;
    for (const auto& [of, signing_key] : {std::pair(account({}), 2U), std::pair(second({}), 12U)}) {
        Role role = chat_role("KUBECON").value();
        if (signing_key != 2) role.name = "orders";
        issuers.push_back(
            Issuer::create({.account = of, .key = key_of(Kind::account, signing_key), .role = role}, noon)
                .value());
    }
    CurrentPolicy policy{Policy::create({}, std::move(issuers)).value()};
    folder.write("KUBECON.jwt", account({}).token.text());
    const auto feed = AccountFeed::start({.policy = policy,
                                          .intervals = intervals,
                                          .files = {folder / "KUBECON.jwt", folder / "ORDERS.jwt"},
                                          .system = std::nullopt,
                                          .tell = [](const std::string&) {}})
                          .value();
    const auto revokes = [&](std::size_t role) {
        return !policy.load()->issuers().at(role).check_revoked(mallory(), noon + 1h);
    };
    folder.write("ORDERS.jwt", second({.after = 1s, .revoked = {mallory().text()}}).token.text());
    CHECK(eventually([&] { return revokes(1); }));
    CHECK_FALSE(revokes(0));
    REQUIRE(eventually([&] { return feed->confirmed().has_value(); }));
    std::filesystem::remove(folder / "ORDERS.jwt");
    intervals.advance(60s);
    CHECK(eventually([&] {
        const base::Status ready = feed->ready();
        return !ready && ready.error().message().find(second({}).content.subject) != std::string::npos;
    }));
}

TEST_CASE("Issuer: an account that revokes a key by name gives it nothing, and all others what is new") {
    const auto issuer_of = [](const Edition& edition) {
        return policy_of(account({})).with_account(account(edition)).issuers().front();
    };
    const nkeys::PublicKey other = key_of(Kind::user, 67).public_key();
    const Issuer named = issuer_of({.after = 1s, .revoked = {mallory().text()}});
    CHECK(named.check_revoked(mallory(), noon + 1h).error().code == Reason::denied);
    CHECK(named.check_revoked(other, noon + 1h));
    const Issuer all = issuer_of({.after = 1s, .revoked = {"*"}});
    CHECK(all.check_revoked(other, noon).error().code == Reason::denied);
    CHECK(all.check_revoked(other, noon + 1s));
}

TEST_CASE("Issuer: by an account that no longer lists its key nothing is issued, until it does again") {
    const Policy listed = policy_of(account({}));
    const Policy unlisted = listed.with_account(account({.after = 1s, .signing_key = 7}));
    const Order order{.name = Name::parse("wallyqs").value(), .key = mallory(), .expires = noon + 1h};
    CHECK(unlisted.issuers().front().issue(order, noon).error().code == Reason::signing_key_unusable);
    CHECK(unlisted.issuers().front().expiry(std::nullopt, noon).error().code == Reason::signing_key_unusable);
    const Policy again = unlisted.with_account(account({.after = 2s}));
    CHECK(again.issuers().front().issue(order, noon));
}
