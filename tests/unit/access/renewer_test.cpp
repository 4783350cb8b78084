#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <set>
#include <thread>

#include <natscreds/access/errc.h>
#include <natscreds/access/reason.h>
#include <natscreds/access/renewal.h>
#include <natscreds/access/renewer.h>
#include <natscreds/nkeys/key_file.h>
#include <support/fake_bus.h>
#include <support/fake_intervals.h>
#include <support/fake_store.h>
#include <support/fakes.h>
#include <support/key_of.h>
#include <support/temp_dir.h>

using namespace natscreds;
using access::Errc;
using access::Reason;
using namespace std::chrono_literals;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

using support::key_of;

/// Whose credentials, and by whom they were signed.
struct Owner {
    std::uint64_t user = 1;
    std::uint64_t account = 2;
};

jwt::Token user_jwt(base::Time issued, std::optional<base::Time> expires, Owner owner = {}) {
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = key_of(nkeys::Kind::user, owner.user).public_key().text();
    draft.name = "wallyqs";
    draft.expires = expires;
    return jwt::sign(draft, key_of(nkeys::Kind::account, owner.account), issued).value();
}

jwt::Credentials credentials(base::Time issued, std::optional<base::Time> expires, Owner owner = {}) {
    auto user = jwt::decode<jwt::UserClaims>(user_jwt(issued, expires, owner).text());
    return jwt::Credentials::create(*std::move(user), key_of(nkeys::Kind::user, owner.user)).value();
}

const base::Error full{std::make_error_code(std::errc::no_space_on_device), "my.creds"};
const base::Error broken{std::make_error_code(std::errc::io_error), "my.creds"};

/// A service that renews for an hour, a renewer, and what it told.
struct Bench {
    enum class Requester { none, there };
    explicit Bench(jwt::Credentials first = credentials(noon, noon + 1h),
                   Requester requester = Requester::none)
        : store(first),
          renewer({.service = {.requests = requests,
                               .clock = clock,
                               .random = random,
                               .subjects = {},
                               .timeout = 5000ms},
                   .store = store,
                   .events = {.renewed =
                                  [this](access::Renewal newer) {
                                      renewed.push_back(newer.credentials.user().token);
                                      stored = newer.stored;
                                      issuers = std::move(newer.issuers);
                                  },
                              .stored = [this] { ++stored_late; },
                              .failed = [this](const base::Error& error) { failed.push_back(error.code); }},
                   .intervals = intervals,
                   .ask_anew = requester == Requester::none
                                   ? AskAnew()
                                   : [this](const nkeys::SigningKey& key) { return give_access(key); }},
                  first) {}

    using AskAnew = std::function<base::Result<access::Answer>(const nkeys::SigningKey&)>;
    base::Result<access::Answer> give_access(const nkeys::SigningKey& key) {
        ++asked_anew;
        CHECK(key.public_key() == key_of(nkeys::Kind::user).public_key());
        if (access_error) return *access_error;
        if (access_refusal) return access::Answer(*access_refusal);
        access::Grant grant;
        grant.issuers = {key_of(nkeys::Kind::account, 2).public_key().text()};
        return access::Answer(access::Granted{.grant = std::move(grant),
                                              .credentials = credentials(clock.now(), clock.now() + 1h)});
    }

    base::Result<bus::Message> answer(const bus::Message& request) {
        if (no_service) return base::Error{bus::Errc::no_responders, request.subject};
        bus::Message reply;
        reply.body = refusal ? access::encode_refusal(*refusal) : grant(request);
        return reply;
    }
    std::string grant(const bus::Message& request) {
        const auto asked =
            access::parse_renewal(request.body, {.audience = "chat.req.renew", .now = clock.now()});
        REQUIRE(asked);
        const auto account = key_of(nkeys::Kind::account, 2).public_key().text();
        const base::Time now = clock.now() + service_ahead;
        return access::encode_grant({.jwt = user_jwt(now, now + 1h).text(),
                                     .name = asked->current.content.name,
                                     .role = "chat",
                                     .subject = asked->key.text(),
                                     .account = account,
                                     .issuers = {account},
                                     .expires = now + 1h,
                                     .renew_after = {},
                                     .server_id = {},
                                     .generation = 1});
    }

    std::vector<nkeys::PublicKey> issuers;
    /// Time passes.
    void advance(std::chrono::seconds by) {
        clock.advance(by);
        intervals.advance(by);
    }
    void go_to(base::Time then) { advance(then - clock.now()); }

    support::FakeClock clock{noon};
    support::FakeIntervals intervals;
    support::FixedRandom random;
    bool no_service = false;
    std::chrono::seconds service_ahead{0};
    std::optional<access::Refusal> refusal;
    int asked_anew = 0;
    std::optional<access::Refusal> access_refusal;
    std::optional<base::Error> access_error;
    support::FakeRequests requests{[this](const bus::Message& request) { return answer(request); }};
    support::FakeStore store;
    base::Status stored;
    int stored_late = 0;
    std::vector<jwt::Token> renewed;
    std::vector<std::error_code> failed;
    access::Renewer renewer;
};

base::Time due(Bench& bench) {
    const base::Result<std::chrono::seconds> wait = bench.renewer.renew_if_due();
    REQUIRE(wait);
    return bench.clock.now() + *wait;
}

}  // namespace

TEST_CASE("Renewer: nothing is asked before two thirds of the life, give or take a twentieth, are over") {
    Bench bench;
    const base::Time first = due(bench);
    CHECK(first >= noon + 37min);
    CHECK(first <= noon + 43min);
    bench.go_to(first - 1s);
    CHECK(due(bench) == first);
    CHECK(bench.requests.subjects().empty());
}

TEST_CASE("Renewer: many that started together do not ask together") {
    std::set<base::Time> moments;
    for (std::uint64_t start = 1; start <= 20; ++start) {
        Bench bench;
        bench.random = support::FixedRandom(start);
        bench.go_to(due(bench));
        moments.insert(due(bench));
    }
    CHECK(moments.size() > 10);
}

TEST_CASE("Renewer: when it is time the newer credentials are stored, then told, and renewed in their turn") {
    Bench bench;
    bench.go_to(due(bench));
    const base::Time next = due(bench);

    REQUIRE(bench.renewed.size() == 1);
    CHECK(bench.renewed[0] == user_jwt(bench.clock.now(), bench.clock.now() + 1h));
    CHECK(bench.store.load()->user().token == bench.renewed[0]);
    CHECK(bench.issuers == std::vector{key_of(nkeys::Kind::account, 2).public_key()});
    CHECK(next > bench.clock.now() + 36min);
    CHECK(bench.requests.subjects() ==
          std::vector<std::string>{"chat.req.renew." + key_of(nkeys::Kind::user).public_key().text()});
    bench.go_to(next);
    (void)due(bench);
    CHECK(bench.renewed.size() == 2);
    CHECK(bench.failed.empty());
}

TEST_CASE("Renewer: where nobody vouches it asks directly") {
    Bench bench;
    bench.no_service = true;
    bench.go_to(due(bench));
    (void)due(bench);
    REQUIRE(bench.requests.subjects().size() == 2);
    CHECK(bench.requests.subjects()[1] == "chat.req.renew");
    CHECK(bench.failed == std::vector<std::error_code>{bus::Errc::no_responders});
}

TEST_CASE("Renewer: after a failure it waits longer each time, and what it has stays in use") {
    Bench bench(credentials(noon, noon + 24h));
    bench.no_service = true;
    bench.go_to(due(bench));
    std::vector<std::chrono::seconds> waits;
    for (int attempt = 0; attempt < 9; ++attempt) {
        const base::Time next = due(bench);
        waits.push_back(next - bench.clock.now());
        bench.go_to(next);
    }
    CHECK(waits.front() <= 2s);
    CHECK(waits[4] > waits[1]);
    CHECK(waits.back() >= 45s);
    CHECK(waits.back() <= 75s);
    CHECK(bench.renewed.empty());
    bench.no_service = false;
    (void)due(bench);
    CHECK(bench.renewed.size() == 1);
}

TEST_CASE("Renewer: near the end it tries more often than its back-off grows") {
    Bench bench(credentials(noon, noon + 60s));
    bench.no_service = true;
    int attempts = 0;
    base::Result<std::chrono::seconds> wait = bench.renewer.renew_if_due();
    for (; wait; wait = bench.renewer.renew_if_due(), ++attempts)
        bench.advance(*wait);
    CHECK(wait.error().code == Errc::not_in_time);
    CHECK(bench.clock.now() >= noon + 60s);
    CHECK(attempts >= 6);
}

TEST_CASE("Renewer: a date that is set back puts no renewal off") {
    Bench bench;
    const std::chrono::seconds wait = due(bench) - noon;
    bench.clock.advance(-1h);
    bench.advance(wait - 1s);
    (void)due(bench);
    CHECK(bench.renewed.empty());
    bench.advance(1s);
    (void)due(bench);
    CHECK(bench.renewed.size() == 1);
}

TEST_CASE("Renewer: a date that is set back puts no further attempt off, and no end") {
    Bench bench;
    bench.no_service = true;
    bench.go_to(due(bench));
    (void)due(bench);
    bench.clock.advance(-1h);
    std::chrono::seconds passed{0};
    base::Result<std::chrono::seconds> wait = bench.renewer.renew_if_due();
    for (; wait; wait = bench.renewer.renew_if_due()) {
        REQUIRE(*wait <= 75s);
        passed += *wait;
        bench.advance(*wait);
    }
    CHECK(wait.error().code == Errc::not_in_time);
    CHECK(passed <= 25min);
    CHECK(bench.failed.size() > 10);
}

TEST_CASE("Renewer: a date that is set forward, as after a pause that nobody noticed, renews once") {
    Bench bench(credentials(noon, noon + 3h));
    (void)due(bench);
    bench.clock.advance(150min);
    const base::Time next = due(bench);
    CHECK(bench.renewed.size() == 1);
    CHECK(next >= bench.clock.now() + 37min);
    CHECK(due(bench) == next);
    CHECK(bench.renewed.size() == 1);
    bench.clock.advance(-150min);
    bench.intervals.advance(next - bench.clock.now() - 150min);
    (void)due(bench);
    CHECK(bench.renewed.size() == 2);
}

TEST_CASE("Renewer: a service whose date is another is not asked sooner or later for that") {
    Bench bench;
    bench.service_ahead = GENERATE(-50min, 60min);
    bench.go_to(due(bench));
    const base::Time next = due(bench);
    REQUIRE(bench.renewed.size() == 1);
    CHECK(next >= bench.clock.now() + 37min);
    CHECK(next <= bench.clock.now() + 43min);
}

TEST_CASE("Renewer: a refusal is told, and the time that the service asks for is kept") {
    Bench bench;
    bench.refusal = access::Refusal{.error = {Reason::busy, "later"}, .retry_after = 90s};
    bench.go_to(due(bench));
    CHECK(due(bench) == bench.clock.now() + 90s);
    CHECK(bench.failed == std::vector<std::error_code>{Reason::busy});
    CHECK(bench.renewed.empty());
}

TEST_CASE("Renewer: a reply for another key is not used") {
    Bench bench;
    bench.go_to(due(bench));
    support::FakeRequests liar([](const bus::Message&) {
        bus::Message reply;
        reply.body = R"({"jwt":"a.b.c","name":"wallyqs"})";
        return base::Result<bus::Message>(reply);
    });
    const jwt::Credentials first = credentials(noon, noon + 1h);
    std::vector<std::error_code> failed;
    access::Renewer renewer(
        {.service = {.requests = liar, .clock = bench.clock, .random = bench.random, .subjects = {}},
         .store = bench.store,
         .events = {.renewed = {}, .failed = [&](const base::Error& error) { failed.push_back(error.code); }},
         .intervals = bench.intervals},
        first);
    bench.go_to(noon + 50min);
    CHECK(renewer.renew_if_due());
    CHECK(failed.size() == 1);
    CHECK(bench.store.load()->user().token == first.user().token);
}

TEST_CASE("Renewer: what cannot be stored is used, told once, and stored later without asking again") {
    Bench bench;
    const bool reads_fail = GENERATE(false, true);
    CAPTURE(reads_fail);
    bench.go_to(due(bench));
    (reads_fail ? bench.store.unreadable : bench.store.unwritable) = reads_fail ? broken : full;
    const base::Time next = due(bench);
    REQUIRE(bench.renewed.size() == 1);
    REQUIRE_FALSE(bench.stored);
    CHECK(bench.stored.error().code == (reads_fail ? broken : full).code);
    CHECK(bench.store.token() != bench.renewed[0]);
    bench.advance(5s);
    CHECK(due(bench) == next);
    CHECK(bench.stored_late == 0);

    bench.store.unreadable.reset();
    bench.store.unwritable.reset();
    bench.advance(5s);
    CHECK(due(bench) == next);
    CHECK(due(bench) == next);
    CHECK(bench.store.token() == bench.renewed[0]);
    CHECK(bench.stored_late == 1);
    CHECK(bench.failed.empty());
    CHECK(bench.requests.subjects().size() == 1);
}

TEST_CASE("Renewer: with a store that fails for ever it goes on renewing what it has in use") {
    Bench bench;
    bench.store.unreadable = broken;
    bench.store.unwritable = full;
    for (int life = 0; life < 3; ++life)
        bench.go_to(due(bench));
    (void)due(bench);
    CHECK(bench.renewed.size() == 3);
    CHECK(bench.failed.empty());
}

TEST_CASE("Renewer: a file that is gone is written again, also while the service does not answer") {
    Bench bench;
    bench.go_to(due(bench));
    bench.store.remove();
    bench.no_service = true;
    bench.go_to(due(bench));
    CHECK(bench.store.token() == user_jwt(noon, noon + 1h));
    bench.store.remove();
    bench.no_service = false;
    (void)due(bench);
    REQUIRE(bench.renewed.size() == 1);
    CHECK(bench.store.token() == bench.renewed[0]);
}

TEST_CASE("Renewer: what is stored now for another user or account is not adopted, and not overwritten") {
    const Owner owner = GENERATE(Owner{.user = 7}, Owner{.account = 8});
    Bench bench;
    bench.go_to(due(bench));
    const jwt::Credentials theirs = credentials(noon + 30min, noon + 5h, owner);
    bench.store.put(theirs);
    const base::Time next = due(bench);
    REQUIRE(bench.renewed.size() == 1);
    CHECK(bench.renewed[0] == user_jwt(bench.clock.now(), bench.clock.now() + 1h));
    CHECK(bench.store.token() == theirs.user().token);
    CHECK_FALSE(bench.stored);
    bench.store.remove();
    CHECK(due(bench) == next);
    CHECK(bench.store.token() == bench.renewed[0]);
}

TEST_CASE("Renewer: an older token in the file is not adopted, and what is newer takes its place") {
    Bench bench;
    bench.go_to(due(bench));
    bench.store.put(credentials(noon - 1h, noon + 5h));
    bench.no_service = true;
    bench.go_to(due(bench));
    CHECK(bench.renewed.empty());
    CHECK(bench.store.token() == user_jwt(noon, noon + 1h));
    bench.no_service = false;
    (void)due(bench);
    REQUIRE(bench.renewed.size() == 1);
    CHECK(bench.store.token() == bench.renewed[0]);
}

TEST_CASE("Renewer: what somebody else has renewed is used instead, and nothing is asked") {
    Bench bench;
    bench.go_to(due(bench));
    const jwt::Credentials theirs = credentials(noon + 30min, noon + 90min);
    bench.store.put(theirs);
    CHECK(due(bench) > noon + 60min);
    CHECK(bench.renewed == std::vector<jwt::Token>{theirs.user().token});
    CHECK(bench.issuers == std::vector{theirs.user().issuer});
    CHECK(bench.requests.subjects().empty());
}

// ---- when a renewal is no longer possible

TEST_CASE("Renewer: what has ended is asked for anew with the same key, and only that is asked") {
    Bench bench(credentials(noon - 2h, noon - 1h), Bench::Requester::there);
    CHECK(due(bench) > noon + 30min);
    CHECK(bench.asked_anew == 1);
    CHECK(bench.requests.subjects().empty());
    REQUIRE(bench.renewed.size() == 1);
    CHECK(bench.store.token() == bench.renewed[0]);
    CHECK(bench.issuers == std::vector{key_of(nkeys::Kind::account, 2).public_key()});
}

TEST_CASE(
    "Renewer: what lives is renewed, and access is asked for only where its JWT is not renewed any more") {
    const auto [reason, expected] = GENERATE(table<Reason, int>({{Reason::stale, 1},
                                                                 {Reason::bad_signature, 1},
                                                                 {Reason::busy, 0},
                                                                 {Reason::name_taken, 0},
                                                                 {Reason::unvouched, 0}}));
    Bench bench(credentials(noon, noon + 1h), Bench::Requester::there);
    bench.refusal = access::Refusal{.error = {reason, ""}};
    bench.go_to(due(bench));
    (void)due(bench);
    CHECK(bench.asked_anew == expected);
    CHECK(bench.renewed.size() == static_cast<std::size_t>(expected));
}

TEST_CASE("Renewer: access is asked for again and again, scattered over ten seconds or a third of a life") {
    const std::chrono::seconds life = GENERATE(9s, 3600s);
    Bench bench(credentials(noon - 2 * life, noon - life), Bench::Requester::there);
    bench.access_error = base::Error{bus::Errc::cannot_connect, "down"};
    std::set<std::chrono::seconds> waits;
    for (int i = 0; i < 300; ++i) {
        const base::Result<std::chrono::seconds> wait = bench.renewer.renew_if_due();
        REQUIRE(wait);
        if (i > 10) waits.insert(*wait);
        bench.advance(*wait);
    }
    CHECK(bench.asked_anew == 300);
    CHECK(*waits.begin() == 1s);
    CHECK(*waits.rbegin() == std::min<std::chrono::seconds>(life / 3, 10s));
    bench.access_error.reset();
    (void)due(bench);
    CHECK(bench.renewed.size() == 1);
}

TEST_CASE("Renewer: a refusal of access that waiting does not change ends it, and any other does not") {
    for (const Reason reason : access::all_reasons()) {
        CAPTURE(access::name(reason));
        Bench bench(credentials(noon - 2h, noon - 1h), Bench::Requester::there);
        bench.access_refusal = access::Refusal{.error = {reason, ""}};
        const auto refused = bench.renewer.renew_if_due();
        CHECK(refused.has_value() == access::may_pass(reason));
        if (!refused) CHECK(refused.error().code == reason);
    }
    Bench later(credentials(noon - 2h, noon - 1h), Bench::Requester::there);
    later.access_refusal = access::Refusal{.error = {Reason::denied, ""}, .retry_after = 90s};
    CHECK(later.renewer.renew_if_due().value() == 90s);
}

TEST_CASE("Renewer: of a renewal that is refused only what is forbidden ends it while what it has lives") {
    for (const Reason reason : access::all_reasons()) {
        CAPTURE(access::name(reason));
        Bench bench;
        bench.go_to(due(bench));
        bench.refusal = access::Refusal{.error = {reason, ""}};
        CHECK(bench.renewer.renew_if_due().has_value() == (access::number(reason) != 403));
    }
}

TEST_CASE("Renewer: what has ended is not put where nothing lies") {
    Bench bench(credentials(noon - 2h, noon - 1h), Bench::Requester::there);
    bench.access_error = base::Error{bus::Errc::cannot_connect, "down"};
    bench.store.remove();
    (void)due(bench);
    CHECK_FALSE(bench.store.token());
}

TEST_CASE("Renewer: the error of what has ended says when that was") {
    Bench bench(credentials(noon - 2h, noon - 1h));
    CHECK(bench.renewer.renew_if_due().error().message() ==
          "expired 60 min ago, at 21:13:20 UTC: the credentials cannot be used now");
}

TEST_CASE("Renewer: credentials that never end need none") {
    Bench bench(credentials(noon, std::nullopt));
    CHECK(bench.renewer.renew_if_due().error().code == Errc::not_renewable);
}

TEST_CASE("Renewer: keeping them renewed ends with the error, or when it is stopped") {
    Bench dead(credentials(noon - 2h, noon - 1h));
    dead.no_service = true;
    CHECK(access::keep_renewed(dead.renewer, {}).error().code == Errc::not_in_time);

    Bench living;
    base::Status ended = base::Error{Errc::refused, ""};
    std::jthread keeping(
        [&](const std::stop_token& stop) { ended = access::keep_renewed(living.renewer, stop); });
    keeping.request_stop();
    keeping.join();
    CHECK(ended);
}

TEST_CASE("Creds file: what is saved replaces it whole, and is for its owner alone") {
    const support::TempDir folder;
    const auto path = folder.write("my.creds", "something else");
    access::CredentialsFile file(path);
    REQUIRE(file.save(credentials(noon, noon + 1h)));
    CHECK(file.load()->user().token == user_jwt(noon, noon + 1h));
    CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::mask) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}
