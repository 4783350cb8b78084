// What every ledger promises, asked of each; then what each has of its own.
#include <functional>
#include <memory>

#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/provisioner/ledger/jetstream_ledger.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/ledger/sqlite_ledger.h>
#include <support/fake_bus.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/temp_dir.h>
#include <support/test_data.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using namespace std::chrono_literals;

namespace {

const NameRule rule(24h);

nkeys::PublicKey user(std::uint64_t start) {
    support::FixedRandom random(start);
    return nkeys::SigningKey::generate(nkeys::Kind::user, random)->public_key();
}

nkeys::PublicKey account() {
    support::FixedRandom random(99);
    return nkeys::SigningKey::generate(nkeys::Kind::account, random)->public_key();
}

/// A ledger of each kind, and what it needs.
struct Bench {
    explicit Bench(int kind) {
        if (kind == 0) ledger = std::make_unique<MemoryLedger>(rule, 100);
        if (kind == 1) ledger = SqliteLedger::open(folder / "names.db", rule).value();
        if (kind == 2) ledger = jetstream();
    }

    [[nodiscard]] std::unique_ptr<JetStreamLedger> jetstream() {
        auto bucket = std::make_unique<support::FakeKeyValue>();
        fake = bucket.get();
        return JetStreamLedger::open(std::move(bucket), {.intervals = intervals, .max_offline = 15min})
            .value();
    }

    [[nodiscard]] Claim claim(const std::string& name, const nkeys::PublicKey& key) const {
        return {.name = name,
                .key = key,
                .form = Form::key_bound,
                .role = "chat",
                .expires = clock.now() + 1h,
                .owner = Owner::of_key(key),
                .requester = user(9)};
    }
    /// Of one who asks for its users' keys, and is vouched for.
    [[nodiscard]] Claim claim_of(const nkeys::PublicKey& requester, const std::string& name,
                                 const nkeys::PublicKey& key) const {
        Claim wanted = claim(name, key);
        wanted.owner = Owner::of_requester(account(), requester);
        wanted.requester = requester;
        return wanted;
    }
    [[nodiscard]] base::Result<Kept> take(const Claim& wanted, std::size_t max_names = 0) const {
        return claim_name(*ledger, rule, wanted, {.now = clock.now(), .max_names = max_names});
    }
    [[nodiscard]] base::Result<Kept> take(const std::string& name, const nkeys::PublicKey& key) const {
        return take(claim(name, key));
    }
    [[nodiscard]] base::Result<Kept> renew(const std::string& name, const nkeys::PublicKey& key,
                                           std::int64_t generation) const {
        return renew_name(
            *ledger, rule,
            {.name = name, .key = key, .role = "chat", .expires = clock.now() + 1h, .generation = generation},
            clock.now());
    }

    support::TempDir folder;
    /// Time goes by, by both clocks.
    void wait(std::chrono::seconds by) {
        clock.advance(by);
        intervals.advance(by);
    }

    support::FakeClock clock;
    support::FakeIntervals intervals;
    support::FakeKeyValue* fake = nullptr;
    std::unique_ptr<Ledger> ledger;
};

}  // namespace

TEST_CASE("Ledger: what was written is found, all of it") {
    const Bench bench(GENERATE(0, 1, 2));
    CHECK_FALSE(bench.ledger->find("wallyqs")->has_value());
    const auto kept = bench.take("wallyqs", user(1));
    REQUIRE(kept);
    CHECK(bench.ledger->flush(kept->ticket));
    const auto found = bench.ledger->find("wallyqs");
    REQUIRE(found->has_value());
    CHECK((*found)->record == kept->decision.record);
    CHECK((*found)->record.requester == user(9));
}

TEST_CASE("Ledger: a name of another key is taken until its grace is over") {
    Bench bench(GENERATE(0, 1, 2));
    REQUIRE(bench.take("wallyqs", user(1)));
    CHECK(bench.take("wallyqs", user(1)));
    CHECK(bench.take("wallyqs", user(2)).error().code == Reason::name_taken);
    bench.clock.advance(25h);
    CHECK(bench.take("wallyqs", user(2)).error().code == Reason::name_taken);
    bench.clock.advance(1s);
    CHECK(bench.take("wallyqs", user(2)));
}

TEST_CASE("Ledger: of two that saw the same state, one writes") {
    const Bench bench(GENERATE(0, 1, 2));
    const NameRecord record = bench.take("derek", user(1))->decision.record;
    const std::uint64_t seen = (*bench.ledger->find("derek"))->revision;
    const std::string name = "derek";
    const Ledger::Change change{.name = name, .record = record, .seen = seen};
    CHECK(bench.ledger->write(change, bench.clock.now())->has_value());
    CHECK_FALSE(bench.ledger->write(change, bench.clock.now())->has_value());
    const Ledger::Change creation{.name = name, .record = record, .seen = 0};
    CHECK_FALSE(bench.ledger->write(creation, bench.clock.now())->has_value());
}

TEST_CASE("Ledger: each renewal is a generation more, and an older one raises the alarm") {
    const Bench bench(GENERATE(0, 1, 2));
    REQUIRE(bench.take("wallyqs", user(1)));
    const auto first = bench.renew("wallyqs", user(1), 0);
    REQUIRE(first);
    CHECK(first->decision.generation == 1);
    CHECK_FALSE(first->decision.stale_generation);
    const auto again = bench.renew("wallyqs", user(1), 0);
    CHECK(again->decision.generation == 2);
    CHECK(again->decision.stale_generation);
    CHECK(bench.renew("wallyqs", user(2), 5).error().code == Reason::name_taken);
    CHECK(bench.renew("unknown", user(2), 5)->decision.generation == 6);
}

TEST_CASE("Ledger: a requester holds so many names and no more, but may ask for its own again") {
    Bench bench(GENERATE(0, 1, 2));
    const auto take = [&](const std::string& name) {
        return bench.take(bench.claim_of(user(9), name, user(1)), 2);
    };
    REQUIRE(take("one"));
    const auto second = take("two");
    REQUIRE(second);
    if (GENERATE(false, true)) REQUIRE(bench.ledger->flush(second->ticket));
    CHECK(take("three").error().code == Reason::denied);
    CHECK(take("two"));
    CHECK(bench.take(bench.claim_of(user(8), "three", user(1)), 2));
}

TEST_CASE("Ledger: who is denied is denied until allowed again") {
    const Bench bench(GENERATE(0, 1, 2));
    const Denial name{.kind = Denial::Kind::name, .value = "wallyqs"};
    const Denial key{.kind = Denial::Kind::key, .value = user(1).text()};
    CHECK_FALSE(*bench.ledger->denied(name, bench.clock.now()));
    REQUIRE(bench.ledger->deny({.whom = name}));
    REQUIRE(bench.ledger->deny({.whom = name}));
    REQUIRE(bench.ledger->deny({.whom = key}));
    CHECK(*bench.ledger->denied(name, bench.clock.now()));
    CHECK(*bench.ledger->denied(key, bench.clock.now()));
    CHECK_FALSE(
        *bench.ledger->denied({.kind = Denial::Kind::requester, .value = "wallyqs"}, bench.clock.now()));
    REQUIRE(bench.ledger->allow(name));
    CHECK_FALSE(*bench.ledger->denied(name, bench.clock.now()));
    CHECK(bench.ledger->check());
}

TEST_CASE("Ledger: names that are over are forgotten by and by, and others are not") {
    Bench bench(GENERATE(0, 1, 2));
    REQUIRE(bench.take("old", user(1)));
    bench.clock.advance(1h);
    REQUIRE(bench.take("middle", user(2)));
    const auto last = bench.take("young", user(3));
    REQUIRE(bench.ledger->flush(last->ticket));
    bench.clock.advance(24h);
    bench.ledger->tidy(rule, bench.clock.now());
    CHECK(bench.ledger->find("old")->has_value());

    bench.clock.advance(1s);
    for (int pass = 0; pass < 3; ++pass)
        bench.ledger->tidy(rule, bench.clock.now());
    CHECK_FALSE(bench.ledger->find("old")->has_value());
    CHECK(bench.ledger->find("middle")->has_value());
    CHECK(bench.take("young", user(4)).error().code == Reason::name_taken);
    CHECK(bench.take("old", user(4)));
}

TEST_CASE("Ledger: it says how many names and denials it holds, without those that are forgotten") {
    Bench bench(GENERATE(0, 1, 2));
    const auto tidy = [&] {
        for (int pass = 0; pass < 4; ++pass)
            bench.ledger->tidy(rule, bench.clock.now());
    };
    tidy();
    CHECK(bench.ledger->size().names == 0U);
    CHECK(bench.ledger->size().denials == 0U);

    REQUIRE(bench.take("old", user(1)));
    bench.clock.advance(1h);
    const auto last = bench.take("young", user(2));
    REQUIRE(bench.ledger->flush(last->ticket));
    REQUIRE(bench.ledger->deny({.whom = {.kind = Denial::Kind::name, .value = "mallory"}}));
    tidy();
    CHECK(bench.ledger->size().names == 2U);
    CHECK(bench.ledger->size().denials == 1U);

    bench.clock.advance(24h + 1s);
    REQUIRE(bench.ledger->allow({.kind = Denial::Kind::name, .value = "mallory"}));
    tidy();
    CHECK(bench.ledger->size().names == 1U);
    CHECK(bench.ledger->size().denials == 0U);
}

TEST_CASE("MemoryLedger: when it is full new names are refused, until old ones are over") {
    support::FakeClock clock;
    MemoryLedger ledger(rule, 2);
    const auto take = [&](const std::string& name) {
        return claim_name(ledger, rule,
                          {.name = name,
                           .key = user(1),
                           .form = Form::plain,
                           .role = "chat",
                           .expires = clock.now() + 1h,
                           .owner = Owner::of_key(user(1))},
                          {.now = clock.now()});
    };
    CHECK(take("one"));
    CHECK(take("two"));
    CHECK(take("three").error().code == Reason::ledger_unavailable);
    clock.advance(1h + 1s);
    CHECK(take("three"));
}

TEST_CASE(
    "SqliteLedger: it remembers when it is opened again, and nothing that was not flushed is promised") {
    Bench bench(1);
    const auto kept = bench.take("wallyqs", user(1));
    CHECK(kept->ticket > 0);
    REQUIRE(bench.ledger->flush(kept->ticket));
    bench.ledger.reset();
    bench.ledger = SqliteLedger::open(bench.folder / "names.db", rule).value();
    CHECK(bench.take("wallyqs", user(2)).error().code == Reason::name_taken);
}

TEST_CASE("SqliteLedger: what another process denies counts a second later") {
    Bench bench(1);
    const Denial whom{.kind = Denial::Kind::name, .value = "wallyqs"};
    CHECK_FALSE(*bench.ledger->denied(whom, bench.clock.now()));
    const auto other = SqliteLedger::open(bench.folder / "names.db", rule);
    REQUIRE((*other)->deny({.whom = whom}));
    bench.clock.advance(1s);
    CHECK(*bench.ledger->denied(whom, bench.clock.now()));
}

TEST_CASE("SqliteLedger: when a name went to another process meanwhile, that write alone is lost") {
    Bench bench(1);
    const auto waiting = bench.take("wallyqs", user(1));
    const auto with_it = bench.take("derek", user(1));
    const auto other = SqliteLedger::open(bench.folder / "names.db", rule);
    const auto faster =
        claim_name(**other, rule, bench.claim("wallyqs", user(2)), {.now = bench.clock.now()});
    REQUIRE((*other)->flush(faster->ticket));
    CHECK(bench.ledger->flush(waiting->ticket).error().code == Reason::ledger_unavailable);
    CHECK(bench.ledger->flush(with_it->ticket));
    CHECK(bench.take("wallyqs", user(1)).error().code == Reason::name_taken);
    const auto again = bench.take("derek", user(1));
    REQUIRE(again);
    CHECK(bench.ledger->flush(again->ticket));
}

TEST_CASE("SqliteLedger: what is changed again before it is on disk gets there in the end") {
    Bench bench(1);
    const auto claimed = bench.take("wallyqs", user(1));
    const auto renewed = bench.renew("wallyqs", user(1), 0);
    REQUIRE(bench.ledger->flush(claimed->ticket));
    const auto once_more = bench.renew("wallyqs", user(1), 1);
    REQUIRE(bench.ledger->flush(renewed->ticket));
    REQUIRE(bench.ledger->flush(once_more->ticket));
    const auto other = SqliteLedger::open(bench.folder / "names.db", rule);
    CHECK((*(*other)->find("wallyqs"))->record.holders.front().generation == 2);
}

TEST_CASE("Ledger: the deny list's state is another one after each change, and only then") {
    Bench bench(GENERATE(0, 1, 2));
    const Denial name{.kind = Denial::Kind::name, .value = "wallyqs"};
    const Denial key{.kind = Denial::Kind::key, .value = user(1).text()};
    const auto state = [&] {
        bench.clock.advance(1s);
        bench.ledger->tidy(rule, bench.clock.now());
        return bench.ledger->denials_state();
    };
    const std::uint64_t at_first = state();
    CHECK(state() == at_first);
    REQUIRE(bench.ledger->deny({.whom = name}));
    const std::uint64_t denied = state();
    CHECK(denied != at_first);
    REQUIRE(bench.ledger->deny({.whom = key}));
    const std::uint64_t both = state();
    CHECK(both != denied);
    REQUIRE(bench.ledger->deny({.whom = key}));
    CHECK(state() == both);
    CHECK(bench.ledger->denials(bench.clock.now())->size() == 2);
    REQUIRE(bench.ledger->allow(name));
    CHECK(state() != both);
    CHECK(bench.ledger->denials(bench.clock.now()).value() == std::vector<DenialRecord>{{.whom = key}});
}

TEST_CASE("SqliteLedger: a file that is no database is refused") {
    const support::TempDir folder;
    const auto file = folder.write("names.db", std::string(4096, 'x'));
    CHECK(SqliteLedger::open(file, rule).error().code == std::errc::io_error);
}

TEST_CASE("JetStreamLedger: a record whose time or generation is out of bounds is no record") {
    Bench bench(2);
    REQUIRE(bench.take("wallyqs", user(1)));
    const std::string good = (*bench.fake->get("name.wallyqs"))->value;
    const std::string exp = R"("exp":)" + std::to_string((bench.clock.now() + 1h).time_since_epoch().count());
    const std::string gen = R"("gen":0)";
    const auto known_with = [&](const std::string& field, const std::string& number) {
        std::string changed = good;
        REQUIRE(changed.find(field) != std::string::npos);
        changed.replace(changed.find(field), field.size(), field.substr(0, 6) + number);
        REQUIRE(bench.fake->put("name.odd", changed));
        return bench.ledger->find("odd")->has_value();
    };
    CHECK(known_with(exp, "1700000000"));
    CHECK(known_with(gen, "7"));
    const std::string number =
        GENERATE("-9223372036854775808", "9223372036854775807", "9223372036854775808", "18446744073709551615",
                 "1000000000000000000", "1e300", "0.5", R"("7")", "null");
    CAPTURE(number);
    CHECK_FALSE(known_with(exp, number));
    CHECK_FALSE(known_with(gen, number));
    CHECK_FALSE(known_with(gen, "-1"));
}

TEST_CASE(
    "JetStreamLedger: a clock that is set back or forward makes max_offline neither longer nor shorter") {
    const std::chrono::seconds by = GENERATE(-3600s, 3600s);
    Bench bench(2);
    REQUIRE(bench.take("wallyqs", user(1)));
    bench.fake->fail_with(base::Error{bus::Errc::no_responders, "gone"});
    bench.clock.advance(by);
    bench.intervals.advance(15min);
    CHECK(bench.ledger->may_renew_unwritten());
    bench.clock.advance(-by);
    bench.intervals.advance(1s);
    CHECK_FALSE(bench.ledger->may_renew_unwritten());
}

TEST_CASE("JetStreamLedger: cut off, renewals go on for a while and new names are refused") {
    Bench bench(2);
    REQUIRE(bench.take("wallyqs", user(1)));
    bench.fake->fail_with(base::Error{bus::Errc::no_responders, "gone"});
    CHECK(bench.take("derek", user(2)).error().code == Reason::ledger_unavailable);
    CHECK(bench.renew("wallyqs", user(1), 0)->decision.generation == 1);
    CHECK_FALSE(bench.ledger->check());
    bench.wait(15min);
    CHECK(bench.renew("wallyqs", user(1), 1)->decision.generation == 2);
    bench.wait(1s);
    CHECK(bench.renew("wallyqs", user(1), 2).error().code == Reason::ledger_unavailable);
    bench.fake->fail_with(std::nullopt);
    CHECK(bench.renew("wallyqs", user(1), 2)->decision.generation == 3);
    CHECK(bench.take("derek", user(2)));
}

TEST_CASE(
    "JetStreamLedger: a bucket that can be read and not written is offline, and max_offline ends renewals") {
    Bench bench(2);
    REQUIRE(bench.take("wallyqs", user(1)));
    bench.fake->fail_writes_with(base::Error{bus::Errc::no_responders, "full"});
    CHECK(bench.renew("wallyqs", user(1), 0)->decision.generation == 1);
    for (int minute = 0; minute < 15; ++minute) {
        bench.wait(1min);
        bench.ledger->tidy(rule, bench.clock.now());
        bench.fake->interrupt_watchers();
        CHECK(bench.ledger->check());
        CHECK(bench.renew("wallyqs", user(1), 1));
    }
    bench.wait(1s);
    CHECK(bench.renew("wallyqs", user(1), 1).error().code == Reason::ledger_unavailable);

    bench.fake->fail_writes_with(std::nullopt);
    bench.ledger->tidy(rule, bench.clock.now());
    CHECK(bench.renew("wallyqs", user(1), 1));
    // The next outage is counted from its own beginning.
    bench.fake->fail_writes_with(base::Error{bus::Errc::no_responders, "full"});
    CHECK(bench.renew("wallyqs", user(1), 2));
}

TEST_CASE(
    "JetStreamLedger: after one attempt in vain no request waits for the bucket until it answers again") {
    Bench bench(2);
    REQUIRE(bench.take("wallyqs", user(1)));
    bench.fake->fail_unnoticed_with(base::Error{bus::Errc::timeout, "the bucket"});
    const std::size_t before = bench.fake->attempts();
    for (const std::string name : {"derek", "ivan", "colin"})
        CHECK(bench.take(name, user(2)).error().code == Reason::ledger_unavailable);
    CHECK(bench.renew("wallyqs", user(1), 0));
    bench.ledger->tidy(rule, bench.clock.now());
    CHECK(bench.take("derek", user(2)).error().code == Reason::ledger_unavailable);
    CHECK(bench.fake->attempts() == before + 1);

    bench.fake->fail_unnoticed_with(std::nullopt);
    bench.ledger->tidy(rule, bench.clock.now());
    CHECK(bench.take("derek", user(2)));
}

TEST_CASE(
    "JetStreamLedger: a claim that lands after it was refused is its key's, which has it by asking again") {
    const Bench elsewhere(2);
    REQUIRE(elsewhere.take("derek", user(1)));
    Bench bench(2);
    bench.fake->fail_unnoticed_with(base::Error{bus::Errc::timeout, "the bucket"});
    CHECK(bench.take("derek", user(1)).error().code == Reason::ledger_unavailable);
    bench.fake->fail_unnoticed_with(std::nullopt);
    REQUIRE(bench.fake->put("name.derek", (*elsewhere.fake->get("name.derek"))->value));
    bench.ledger->tidy(rule, bench.clock.now());
    CHECK(bench.take("derek", user(2)).error().code == Reason::name_taken);
    CHECK(bench.take("derek", user(1))->decision.generation == 1);
    CHECK(bench.renew("derek", user(1), 1)->decision.generation == 2);
}

TEST_CASE(
    "JetStreamLedger: what another copy writes is known, and a value that is no record stands in the way") {
    Bench bench(2);
    REQUIRE(bench.fake->put("deny.name.wallyqs", "{}"));
    CHECK(*bench.ledger->denied({.kind = Denial::Kind::name, .value = "wallyqs"}, bench.clock.now()));
    REQUIRE(bench.fake->put("name.odd", "hello"));
    CHECK(bench.take("odd", user(1)).error().code == Reason::ledger_unavailable);
}

TEST_CASE("SqliteLedger: its files are its owner's only, those of an earlier version too") {
    const support::TempDir folder;
    const std::filesystem::path file = folder / "names.db";
    const bool earlier = GENERATE(false, true);
    const mode_t before = umask(0);
    if (earlier) {
        REQUIRE(SqliteLedger::open(file, rule));
        std::filesystem::permissions(file, std::filesystem::perms(0644));
    }
    const auto ledger = SqliteLedger::open(file, rule);
    umask(before);
    REQUIRE(ledger);
    REQUIRE((*ledger)->deny({.whom = {.kind = Denial::Kind::name, .value = "wallyqs"}}));
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        CAPTURE(entry.path());
        CHECK(entry.symlink_status().permissions() == std::filesystem::perms(0600));
        ++files;
    }
    CHECK(files >= 2);
}

TEST_CASE("SqliteLedger: what 0.1 wrote is taken over: names, whose they are, and who is denied") {
    const support::TempDir folder;
    const auto file = folder / "names.db";
    std::filesystem::copy_file(support::test_data("ledger-0.1/names.db"), file);
    constexpr base::Time then{1'795'780'000s};
    const auto ann =
        nkeys::PublicKey::parse("UBYOSBD5RQB7CNNCHMK5FVUE7NCRUHC4EGJVE4I6X53BTXG3TMFZ2WBE").value();
    for (int opened = 0; opened < 2; ++opened) {
        const auto ledger = SqliteLedger::open(file, rule);
        INFO((ledger ? "" : ledger.error().message()));
        REQUIRE(ledger);
        CHECK((*ledger)->find("wallyqs")->has_value());
        CHECK((*ledger)->find("derek")->has_value());
        CHECK(*(*ledger)->denied({.kind = Denial::Kind::name, .value = "mallory"}, then));
    }
    const auto ledger = SqliteLedger::open(file, rule).value();
    const NameRecord record = (*ledger->find("wallyqs"))->record;
    CHECK(record.owner == Owner::of_requester(ann));
    CHECK(record.holders.front().expires == base::Time(1'795'783'460s));
    Claim claim{.name = "wallyqs",
                .key = user(5),
                .form = Form::key_bound,
                .role = "chat",
                .expires = then + 1h,
                .owner = Owner::of_requester(account(), user(6))};
    CHECK(claim_name(*ledger, rule, claim, {.now = then}).error().code == Reason::name_taken);
    claim.owner = Owner::of_requester(account(), ann);
    const auto again = claim_name(*ledger, rule, claim, {.now = then});
    REQUIRE(again);
    CHECK(again->decision.superseded.front().key == record.holders.front().key);
    CHECK(ledger->flush(again->ticket));
}

namespace {

/// As 0.1 writes a record.
std::string record_of_before(const nkeys::PublicKey& key, std::int64_t generation, base::Time expires) {
    return R"({"key":")" + key.text() + R"(","form":"key_bound","role":"chat","gen":)" +
           std::to_string(generation) + R"(,"exp":)" + std::to_string(expires.time_since_epoch().count()) +
           R"(,"requester":")" + user(9).text() + "\"}";
}

}  // namespace

TEST_CASE("JetStreamLedger: a name that 0.1 wrote is its requester's") {
    Bench bench(2);
    REQUIRE(bench.fake->put("name.wallyqs", record_of_before(user(1), 3, bench.clock.now() + 1h)));
    CHECK(bench.take(bench.claim_of(user(8), "wallyqs", user(2))).error().code == Reason::name_taken);
    CHECK(bench.renew("wallyqs", user(1), 3)->decision.generation == 4);
    const auto rekeyed = bench.take(bench.claim_of(user(9), "wallyqs", user(2)));
    REQUIRE(rekeyed);
    CHECK(rekeyed->decision.superseded.front().key == user(1));
}

TEST_CASE(
    "JetStreamLedger: what a copy of 0.1 leaves out when it renews is put back, and nobody loses a name") {
    Bench bench(2);
    for (const std::uint64_t key : {1U, 2U}) {
        Claim wanted = bench.claim_of(user(9), "wallyqs", user(key));
        wanted.owner = Owner::of_service_account("shop/orders");
        wanted.holders = 3;
        REQUIRE(bench.take(wanted));
    }
    REQUIRE(bench.fake->put("name.wallyqs", record_of_before(user(2), 1, bench.clock.now() + 2h)));
    const NameRecord known = (*bench.ledger->find("wallyqs"))->record;
    CHECK(known.owner == Owner::of_service_account("shop/orders"));
    CHECK(known.holders.size() == 2);
    CHECK(known.holders.back().generation == 1);
    bench.ledger->tidy(rule, bench.clock.now());
    const std::string mended = (*bench.fake->get("name.wallyqs"))->value;
    CHECK(mended.find(R"("owner":"kubernetes:shop/orders")") != std::string::npos);
    CHECK(bench.renew("wallyqs", user(1), 0)->decision.generation == 1);
}
