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
#include <support/fakes.h>
#include <support/temp_dir.h>

using namespace natscreds;
using access::Errc;
using access::Reason;
using namespace std::chrono_literals;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

nkeys::SigningKey key_of(nkeys::Kind kind, std::uint64_t start = 1) {
    support::FixedRandom random(start);
    return nkeys::SigningKey::generate(kind, random).value();
}

jwt::Token user_jwt(base::Time issued, std::optional<base::Time> expires) {
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = key_of(nkeys::Kind::user).public_key().text();
    draft.name = "wallyqs";
    draft.expires = expires;
    return jwt::sign(draft, key_of(nkeys::Kind::account, 2), issued).value();
}

jwt::Credentials credentials(base::Time issued, std::optional<base::Time> expires) {
    auto user = jwt::decode<jwt::UserClaims>(user_jwt(issued, expires).text());
    return jwt::Credentials::create(*std::move(user), key_of(nkeys::Kind::user)).value();
}

class MemoryStore final : public access::CredentialsStore {
  public:
    explicit MemoryStore(const jwt::Credentials& first) { REQUIRE(save(first)); }

    base::Result<jwt::Credentials> load() override { return jwt::Credentials::parse(text_); }
    base::Status save(const jwt::Credentials& credentials) override {
        if (full) return base::Error{std::make_error_code(std::errc::no_space_on_device), "my.creds"};
        text_ = credentials.text();
        return {};
    }
    bool full = false;

  private:
    base::Secret text_;
};

/// A service that renews for an hour, a renewer, and what it told.
struct Bench {
    explicit Bench(jwt::Credentials first = credentials(noon, noon + 1h))
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
                                      issuers = std::move(newer.issuers);
                                  },
                              .failed = [this](const base::Error& error) { failed.push_back(error.code); }}},
                  first) {}

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
        return access::encode_grant({.jwt = user_jwt(clock.now(), clock.now() + 1h).text(),
                                     .name = asked->current.content.name,
                                     .role = "chat",
                                     .subject = asked->key.text(),
                                     .account = account,
                                     .issuers = {account},
                                     .expires = clock.now() + 1h,
                                     .renew_after = {},
                                     .server_id = {},
                                     .generation = 1});
    }

    std::vector<nkeys::PublicKey> issuers;
    support::FakeClock clock{noon};
    support::FixedRandom random;
    bool no_service = false;
    std::optional<access::Refusal> refusal;
    support::FakeRequests requests{[this](const bus::Message& request) { return answer(request); }};
    MemoryStore store;
    std::vector<jwt::Token> renewed;
    std::vector<std::error_code> failed;
    access::Renewer renewer;
};

base::Time due(Bench& bench) {
    const base::Result<base::Time> next = bench.renewer.renew_if_due();
    REQUIRE(next);
    return *next;
}

}  // namespace

TEST_CASE("Renewer: nothing is asked before two thirds of the life, give or take a twentieth, are over") {
    Bench bench;
    const base::Time first = due(bench);
    CHECK(first >= noon + 37min);
    CHECK(first <= noon + 43min);
    bench.clock.set(first - 1s);
    CHECK(due(bench) == first);
    CHECK(bench.requests.subjects().empty());
}

TEST_CASE("Renewer: many that started together do not ask together") {
    std::set<base::Time> moments;
    for (std::uint64_t start = 1; start <= 20; ++start) {
        Bench bench;
        bench.random = support::FixedRandom(start);
        bench.clock.set(due(bench));
        moments.insert(due(bench));
    }
    CHECK(moments.size() > 10);
}

TEST_CASE("Renewer: when it is time the newer credentials are stored, then told, and renewed in their turn") {
    Bench bench;
    bench.clock.set(due(bench));
    const base::Time next = due(bench);

    REQUIRE(bench.renewed.size() == 1);
    CHECK(bench.renewed[0] == user_jwt(bench.clock.now(), bench.clock.now() + 1h));
    CHECK(bench.store.load()->user().token == bench.renewed[0]);
    CHECK(bench.issuers == std::vector{key_of(nkeys::Kind::account, 2).public_key()});
    CHECK(next > bench.clock.now() + 36min);
    CHECK(bench.requests.subjects() ==
          std::vector<std::string>{"chat.req.renew." + key_of(nkeys::Kind::user).public_key().text()});
    bench.clock.set(next);
    (void)due(bench);
    CHECK(bench.renewed.size() == 2);
    CHECK(bench.failed.empty());
}

TEST_CASE("Renewer: where nobody vouches it asks directly") {
    Bench bench;
    bench.no_service = true;
    bench.clock.set(due(bench));
    (void)due(bench);
    REQUIRE(bench.requests.subjects().size() == 2);
    CHECK(bench.requests.subjects()[1] == "chat.req.renew");
    CHECK(bench.failed == std::vector<std::error_code>{bus::Errc::no_responders});
}

TEST_CASE("Renewer: after a failure it waits longer each time, and what it has stays in use") {
    Bench bench(credentials(noon, noon + 24h));
    bench.no_service = true;
    bench.clock.set(due(bench));
    std::vector<std::chrono::seconds> waits;
    for (int attempt = 0; attempt < 9; ++attempt) {
        const base::Time next = due(bench);
        waits.push_back(next - bench.clock.now());
        bench.clock.set(next);
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

TEST_CASE("Renewer: near the end it tries more often than its patience grows") {
    Bench bench(credentials(noon, noon + 60s));
    bench.no_service = true;
    int attempts = 0;
    base::Result<base::Time> next = bench.renewer.renew_if_due();
    for (; next; next = bench.renewer.renew_if_due(), ++attempts)
        bench.clock.set(*next);
    CHECK(next.error().code == Errc::not_in_time);
    CHECK(bench.clock.now() >= noon + 60s);
    CHECK(attempts >= 6);
}

TEST_CASE("Renewer: a refusal is told, and the time that the service asks for is kept") {
    Bench bench;
    bench.refusal = access::Refusal{.error = {Reason::busy, "later"}, .retry_after = 90s};
    bench.clock.set(due(bench));
    CHECK(due(bench) == bench.clock.now() + 90s);
    CHECK(bench.failed == std::vector<std::error_code>{Reason::busy});
    CHECK(bench.renewed.empty());
}

TEST_CASE("Renewer: a reply for another key is not used") {
    Bench bench;
    bench.clock.set(due(bench));
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
         .events = {.renewed = {},
                    .failed = [&](const base::Error& error) { failed.push_back(error.code); }}},
        first);
    bench.clock.set(noon + 50min);
    CHECK(renewer.renew_if_due());
    CHECK(failed.size() == 1);
    CHECK(bench.store.load()->user().token == first.user().token);
}

TEST_CASE("Renewer: credentials that cannot be stored are not used") {
    Bench bench;
    bench.clock.set(due(bench));
    bench.store.full = true;
    (void)due(bench);
    CHECK(bench.renewed.empty());
    CHECK(bench.failed == std::vector<std::error_code>{std::make_error_code(std::errc::no_space_on_device)});
}

TEST_CASE("Renewer: what somebody else has renewed is used instead, and nothing is asked") {
    Bench bench;
    bench.clock.set(due(bench));
    const jwt::Credentials theirs = credentials(noon + 30min, noon + 90min);
    REQUIRE(bench.store.save(theirs));
    CHECK(due(bench) > noon + 60min);
    CHECK(bench.renewed == std::vector<jwt::Token>{theirs.user().token});
    CHECK(bench.issuers == std::vector{theirs.user().issuer});
    CHECK(bench.requests.subjects().empty());
}

TEST_CASE("Renewer: credentials that never end need none") {
    Bench bench(credentials(noon, std::nullopt));
    CHECK(bench.renewer.renew_if_due().error().code == Errc::not_renewable);
}

TEST_CASE("Renewer: keeping them renewed ends with the error, or when it is stopped") {
    Bench dead(credentials(noon - 2h, noon - 1h));
    dead.no_service = true;
    CHECK(access::keep_renewed(dead.renewer, dead.clock, {}).error().code == Errc::not_in_time);

    Bench living;
    base::Status ended = base::Error{Errc::refused, ""};
    std::jthread keeping([&](const std::stop_token& stop) {
        ended = access::keep_renewed(living.renewer, living.clock, stop);
    });
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
