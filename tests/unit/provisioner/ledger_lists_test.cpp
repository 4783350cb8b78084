// What operators see of a ledger and change in it: lists of names, denials that end, requesters with names, and what
// was done by whom. Asked of each kind of ledger.
#include <memory>
#include <optional>

#include <sqlite3.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/bus/errc.h>
#include <natscreds/provisioner/ledger/jetstream_ledger.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/ledger/sqlite_ledger.h>
#include <support/fake_bus.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

namespace {

const NameRule rule(24h);

nkeys::PublicKey key_of(nkeys::Kind kind, std::uint64_t start) {
    support::FixedRandom random(start);
    return nkeys::SigningKey::generate(kind, random)->public_key();
}

nkeys::PublicKey user(std::uint64_t start) {
    return key_of(nkeys::Kind::user, start);
}

Owner requester(std::uint64_t start) {
    return Owner::of_requester(key_of(nkeys::Kind::account, 99), user(start));
}

NamedRequester named(const std::string& name, std::uint64_t key) {
    return {.name = name, .key = user(key), .roles = {"chat", "admin"}};
}

/// A ledger of each kind, and what it needs.
struct Bench {
    explicit Bench(int kind) {
        if (kind == 0) ledger = std::make_unique<MemoryLedger>(rule, 1000);
        if (kind == 1) ledger = SqliteLedger::open(folder / "names.db", rule).value();
        if (kind == 2) {
            auto bucket = std::make_unique<support::FakeKeyValue>();
            fake = bucket.get();
            ledger = JetStreamLedger::open(std::move(bucket), {.intervals = intervals}).value();
        }
    }

    struct Taking {
        std::string role = "chat";
        std::chrono::seconds life = 1h;
    };
    void take(const std::string& name, const Owner& owner, const Taking& taking = {"chat", 1h}) const {
        const Claim claim{.name = name,
                          .key = user(1),
                          .form = Form::key_bound,
                          .role = taking.role,
                          .expires = clock.now() + taking.life,
                          .owner = owner,
                          .requester = owner.requester()};
        const auto kept = claim_name(*ledger, rule, claim, {.now = clock.now()});
        REQUIRE(kept);
        REQUIRE(ledger->flush(kept->ticket));
    }
    [[nodiscard]] Words listed(const NameQuery& query) const {
        Words names;
        const auto found = ledger->list(query);
        REQUIRE(found);
        for (const ListedName& one : *found)
            names.push_back(one.name);
        return names;
    }

    support::TempDir folder;
    support::FakeClock clock;
    support::FakeIntervals intervals;
    support::FakeKeyValue* fake = nullptr;
    std::unique_ptr<Ledger> ledger;
};

Denial wallyqs() {
    return {.kind = Denial::Kind::name, .value = "wallyqs"};
}

}  // namespace

TEST_CASE("Ledger: names are listed in their order, page by page, each once and as it is") {
    const Bench bench(GENERATE(0, 1, 2));
    for (const char* name : {"colin", "wallyqs", "derek", "ivan"})
        bench.take(name, requester(9));
    CHECK(bench.listed({.most = 3}) == Words{"colin", "derek", "ivan"});
    CHECK(bench.listed({.after = "ivan", .most = 3}) == Words{"wallyqs"});
    CHECK(bench.listed({.after = "wallyqs"}).empty());
    CHECK(bench.listed({.after = "d", .most = 1}) == Words{"derek"});
    const auto found = bench.ledger->list({.after = "derek", .most = 1});
    REQUIRE(found->size() == 1);
    CHECK(found->front().entry.record == (*bench.ledger->find("ivan"))->record);
    CHECK(found->front().entry.revision == (*bench.ledger->find("ivan"))->revision);
}

TEST_CASE("Ledger: of the names those are listed that are an owner's, a requester's, a role's, a key's") {
    const Bench bench(GENERATE(0, 1, 2));
    bench.take("colin", requester(9));
    bench.take("derek", requester(8), {.role = "admin"});
    bench.take("ivan", Owner::of_key(user(1)));
    bench.take("wallyqs", Owner::of_requester(user(9)), {.role = "admin"});
    CHECK(bench.listed({.owner = Owner::of_key(user(1))}) == Words{"ivan"});
    CHECK(bench.listed({.owner = requester(8)}) == Words{"derek"});
    // As 0.1 wrote it down, without the requester's account.
    CHECK(bench.listed({.owner = requester(9)}) == Words{"colin", "wallyqs"});
    CHECK(bench.listed({.requester = user(9)}) == Words{"colin", "wallyqs"});
    CHECK(bench.listed({.requester = user(7)}).empty());
    CHECK(bench.listed({.role = "admin"}) == Words{"derek", "wallyqs"});
    CHECK(bench.listed({.requester = user(9), .role = "admin"}) == Words{"wallyqs"});
    CHECK(bench.listed({.key = user(1)}).size() == 4);
    CHECK(bench.listed({.key = user(2)}).empty());
}

TEST_CASE("Ledger: a name that was handed on is listed as its new requester's alone, and by its former key") {
    const Bench bench(GENERATE(0, 1, 2));
    bench.take("wallyqs", requester(9));
    const auto now = bench.clock.now();
    const auto before = change_name(
        *bench.ledger, "wallyqs",
        [&](const NameRecord& known) { return rule.transfer(known, requester(8), now); }, now);
    REQUIRE(before);
    CHECK((*before)->owner == requester(9));
    CHECK(bench.listed({.requester = user(9)}).empty());
    CHECK(bench.listed({.requester = user(8)}) == Words{"wallyqs"});
    CHECK(bench.listed({.key = user(1)}) == Words{"wallyqs"});
    CHECK_FALSE(change_name(
                    *bench.ledger, "nobody", [](const NameRecord& known) { return known; }, now)
                    ->has_value());
}

TEST_CASE("Ledger: names that expire in a stretch of time are listed, its beginning in and its end not") {
    const Bench bench(GENERATE(0, 1, 2));
    bench.take("colin", requester(9), {.life = 1h});
    bench.take("derek", requester(9), {.life = 2h});
    bench.take("ivan", requester(9), {.life = 3h});
    const auto now = bench.clock.now();
    CHECK(bench.listed({.expires_before = now + 2h}) == Words{"colin"});
    CHECK(bench.listed({.expires_before = now + 2h + 1s}) == Words{"colin", "derek"});
    CHECK(bench.listed({.expires_from = now + 2h}) == Words{"derek", "ivan"});
    CHECK(bench.listed({.expires_from = now + 1h + 1s, .expires_before = now + 3h}) == Words{"derek"});
}

TEST_CASE("Ledger: a denial with an end counts until then and no longer, and is tidied away") {
    Bench bench(GENERATE(0, 1, 2));
    const auto made = bench.clock.now();
    const DenialRecord denial{.whom = wallyqs(), .until = made + 2h, .by = "ann@host", .at = made};
    REQUIRE(bench.ledger->deny(denial));
    const DenialRecord endless{.whom = {.kind = Denial::Kind::key, .value = user(1).text()}};
    REQUIRE(bench.ledger->deny(endless));
    CHECK(bench.ledger->denials(made).value() == std::vector{denial, endless});
    bench.clock.advance(2h - 1s);
    CHECK(*bench.ledger->denied(wallyqs(), bench.clock.now()));
    bench.ledger->tidy(rule, bench.clock.now());
    CHECK(bench.ledger->denials(bench.clock.now())->size() == 2);

    bench.clock.advance(1s);
    CHECK_FALSE(*bench.ledger->denied(wallyqs(), bench.clock.now()));
    CHECK(bench.ledger->denials(bench.clock.now()).value() == std::vector{endless});
    bench.ledger->tidy(rule, bench.clock.now());
    CHECK(bench.ledger->size().denials == 1U);
    if (bench.fake != nullptr) CHECK_FALSE(bench.fake->get("deny.name.wallyqs")->has_value());
}

TEST_CASE("Ledger: who is denied again is denied as it was said last, also behind the first one's end") {
    Bench bench(GENERATE(0, 1, 2));
    const auto now = bench.clock.now();
    REQUIRE(bench.ledger->deny({.whom = wallyqs(), .until = now + 1h}));
    bench.clock.advance(1h);
    REQUIRE(bench.ledger->deny({.whom = wallyqs(), .by = "ann@host"}));
    bench.ledger->tidy(rule, bench.clock.now());
    CHECK(*bench.ledger->denied(wallyqs(), bench.clock.now()));
    CHECK(bench.ledger->denials(bench.clock.now())->front().by == "ann@host");
    REQUIRE(bench.ledger->allow(wallyqs()));
    CHECK(bench.ledger->denials(bench.clock.now())->empty());
}

TEST_CASE("JetStreamLedger: what 0.1 denied, and what is no record of a denial, has no end") {
    Bench bench(2);
    REQUIRE(bench.fake->put("deny.name.wallyqs", GENERATE("{}", "", "nonsense", R"({"until":"soon"})")));
    bench.clock.advance(24h * 1000);
    bench.ledger->tidy(rule, bench.clock.now());
    CHECK(*bench.ledger->denied(wallyqs(), bench.clock.now()));
}

TEST_CASE("SqliteLedger: what 0.1 denied and gave out is taken over, and its denials have no end") {
    const support::TempDir folder;
    const auto file = folder / "names.db";
    sqlite3* before = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &before) == SQLITE_OK);
    const std::string rows =
        "CREATE TABLE names (name TEXT PRIMARY KEY, key TEXT NOT NULL, form INTEGER NOT NULL, role TEXT NOT "
        "NULL, generation INTEGER NOT NULL, expires INTEGER NOT NULL, requester TEXT NOT NULL, revision "
        "INTEGER NOT NULL) WITHOUT ROWID; CREATE INDEX names_by_requester ON names (requester, expires);"
        "CREATE TABLE denials (kind TEXT, value TEXT, PRIMARY KEY (kind, value)) WITHOUT ROWID;"
        "INSERT INTO denials VALUES ('name', 'wallyqs');"
        "INSERT INTO names VALUES ('derek', '" +
        user(1).text() + "', 0, 'chat', 3, 1700003600, '" + user(9).text() + "', 5);";
    REQUIRE(sqlite3_exec(before, rows.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(before);

    const base::Time now{1'700'000'000s};
    for (int opened = 0; opened < 2; ++opened) {
        const auto ledger = SqliteLedger::open(file, rule);
        REQUIRE(ledger);
        CHECK(*(*ledger)->denied(wallyqs(), now + 24h * 1000));
        CHECK((*ledger)->list({.owner = requester(9)})->size() == 1);
        CHECK((*(*ledger)->find("derek"))->record.holders.front().generation == 3);
    }
}

TEST_CASE("Ledger: a requester has one name, and a name one requester, until it is taken away") {
    const Bench bench(GENERATE(0, 1, 2));
    Ledger& ledger = *bench.ledger;
    CHECK_FALSE(ledger.find_requester(user(1))->has_value());
    REQUIRE(ledger.add_requester(named("ann", 1)));
    REQUIRE(ledger.add_requester(named("bob", 2)));
    CHECK(ledger.add_requester(named("ann", 3)).error().code == std::errc::file_exists);
    CHECK(ledger.add_requester(named("carl", 1)).error().code == std::errc::file_exists);
    CHECK(*ledger.find_requester(user(1)) == named("ann", 1));
    CHECK(ledger.requesters().value() == std::vector{named("ann", 1), named("bob", 2)});

    REQUIRE(ledger.remove_requester("ann"));
    REQUIRE(ledger.remove_requester("ann"));
    CHECK_FALSE(ledger.find_requester(user(1))->has_value());
    CHECK(ledger.add_requester(named("ann", 3)));
}

TEST_CASE("Ledger: what the policy says of a requester counts more than what the ledger says") {
    const Bench bench(GENERATE(0, 1, 2));
    REQUIRE(bench.ledger->add_requester(named("ann", 1)));
    REQUIRE(bench.ledger->add_requester(named("bob", 2)));
    const auto policy =
        Requesters::create({{.name = "anna", .key = user(1)}, {.name = "bob", .key = user(3)}});
    REQUIRE(policy);
    const auto known = [&](std::uint64_t key) {
        return known_requester(*policy, *bench.ledger, user(key)).value();
    };
    CHECK(known(1)->name == "anna");
    CHECK(known(1)->roles.empty());
    CHECK(known(3)->name == "bob");
    // It stays restricted, and nobody takes it for the other one.
    CHECK(known(2)->name.empty());
    CHECK(known(2)->roles == named("bob", 2).roles);
    CHECK_FALSE(known(4));
}

TEST_CASE("Requesters: one key under two names is refused, and both are named") {
    const auto twice = Requesters::create({{.name = "ann", .key = user(1)}, {.name = "bob", .key = user(1)}});
    REQUIRE_FALSE(twice);
    CHECK(twice.error().detail.find("ann and bob") != std::string::npos);
}

TEST_CASE("Ledger: what operators did waits, the oldest first, until it is forgotten") {
    const Bench bench(GENERATE(0, 1, 2));
    support::FixedRandom random(7);
    std::vector<Operation> all;
    for (const auto after : {0s, 1s, 100s}) {
        all.push_back(with_id({.id = {},
                               .at = bench.clock.now() + after,
                               .by = "ann@host",
                               .what = "deny",
                               .whom = "name wallyqs"},
                              random));
    }
    for (const Operation& operation : {all[2], all[0], all[1]})
        REQUIRE(bench.ledger->note(operation));
    CHECK(bench.ledger->operations().value() == all);
    REQUIRE(bench.ledger->forget_operation(all[0].id));
    REQUIRE(bench.ledger->forget_operation("never"));
    CHECK(bench.ledger->operations().value() == std::vector{all[1], all[2]});
    if (bench.fake != nullptr) CHECK(bench.fake->keys()->size() == 2);
}

TEST_CASE(
    "SqliteLedger: a name that another process took away is seen, and only writes built on it are lost") {
    const Bench bench(1);
    bench.take("wallyqs", requester(9));
    bench.take("derek", requester(9));
    const auto renew = [&](const std::string& name) {
        return renew_name(*bench.ledger, rule,
                          {.name = name, .key = user(1), .role = "chat", .expires = bench.clock.now() + 2h},
                          bench.clock.now());
    };
    const auto pending = renew("wallyqs");
    const auto with_it = renew("derek");
    const auto other = SqliteLedger::open(bench.folder / "names.db", rule).value();
    const auto now = bench.clock.now();
    REQUIRE(change_name(
        *other, "wallyqs", [&](const NameRecord& known) { return rule.release(known, now); }, now));
    CHECK(bench.ledger->flush(pending->ticket).error().code == Reason::ledger_unavailable);
    CHECK(bench.ledger->flush(with_it->ticket));
    CHECK(renew("wallyqs").error().code == Reason::superseded);
    bench.take("wallyqs", requester(8));
}

TEST_CASE(
    "JetStreamLedger: single records are asked for when they are looked up, and changed as they are then") {
    const Bench bench(2);
    const auto single =
        JetStreamLedger::open(bench.fake->again(), {.intervals = bench.intervals, .follow = false}).value();
    const auto now = bench.clock.now();
    CHECK_FALSE(single->find("wallyqs")->has_value());
    bench.take("wallyqs", requester(9));
    REQUIRE(single->find("wallyqs")->has_value());
    bench.take("wallyqs", requester(9), {.role = "admin"});
    REQUIRE(change_name(
        *single, "wallyqs", [&](const NameRecord& known) { return rule.release(known, now); }, now));
    CHECK((*bench.ledger->find("wallyqs"))->record.owner.nobody());
    CHECK((*bench.ledger->find("wallyqs"))->record.role == "admin");

    REQUIRE(bench.ledger->deny({.whom = wallyqs()}));
    CHECK(*single->denied(wallyqs(), now));
    REQUIRE(single->allow(wallyqs()));
    CHECK_FALSE(*single->denied(wallyqs(), now));
    const Operation operation{.id = "1", .at = now, .by = "ann@host", .what = "deny", .whom = "name wallyqs"};
    REQUIRE(single->note(operation));
    CHECK(*single->has_operation("1"));
    CHECK(bench.ledger->operations().value() == std::vector{operation});
    REQUIRE(single->forget_operation("1"));
    CHECK_FALSE(*single->has_operation("1"));
    bench.fake->fail_with(base::Error{bus::Errc::timeout, "away"});
    CHECK_FALSE(single->find("wallyqs"));
}

TEST_CASE("Ledger: an operation is there until it is forgotten") {
    const Bench bench(GENERATE(0, 1, 2));
    CHECK_FALSE(*bench.ledger->has_operation("1"));
    REQUIRE(bench.ledger->note(
        {.id = "1", .at = bench.clock.now(), .by = "ann@host", .what = "deny", .whom = "name wallyqs"}));
    CHECK(*bench.ledger->has_operation("1"));
    CHECK(bench.ledger->take_operations()->size() == 1);
    CHECK(*bench.ledger->has_operation("1"));
    REQUIRE(bench.ledger->forget_operation("1"));
    CHECK_FALSE(*bench.ledger->has_operation("1"));
    CHECK(bench.ledger->take_operations()->empty());
}
