// What operators' commands say and change, on a ledger in memory.
#include <optional>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/operations/carry_out.h>
#include <support/fakes.h>
#include <support/occurrences.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::json;

namespace {

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

struct Taking {
    std::uint64_t key = 1;
    std::chrono::seconds life = 1h;
    std::string role = "chat";
};

struct Bench {
    void take(const std::string& name, const Owner& owner, const Taking& taking) {
        const auto kept = claim_name(ledger, rules.name_rule(),
                                     {.name = name,
                                      .key = user(taking.key),
                                      .form = Form::key_bound,
                                      .role = taking.role,
                                      .expires = clock.now() + taking.life,
                                      .owner = owner,
                                      .requester = owner.requester()},
                                     {.now = clock.now()});
        REQUIRE(kept);
    }
    /// What is written to `out` meanwhile is the result.
    std::string told(const OperatorCommand& command) {
        out.str("");
        err.str("");
        outcome = carry_out(command, {.ledger = ledger,
                                      .rules = rules,
                                      .now = clock.now(),
                                      .by = "ann@host",
                                      .out = out,
                                      .reporter = reporter});
        return out.str();
    }
    Json json(const OperatorCommand& command) { return Json::parse(told(command)); }
    std::vector<std::string> listed(ListNames wanted) {
        wanted.json = true;
        std::vector<std::string> names;
        for (const Json& name : json(wanted))
            names.push_back(name.at("name"));
        return names;
    }

    PolicyRules rules;
    MemoryLedger ledger{rules.name_rule(), 10'000};
    support::FakeClock clock;
    std::ostringstream out;
    std::ostringstream err;
    console::Reporter reporter{"nats-provisioner", err};
    base::Status outcome;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("Operations: each name is listed once, however many pages they fill, as text and as JSON") {
    Bench bench;
    for (int i = 0; i < 2500; ++i)
        bench.take("n" + std::to_string(i), requester(9), {});
    const std::string table = bench.told(ListNames{});
    CHECK(bench.listed({}).size() == 2500);
    for (const char* name : {"| n0 ", "| n999 ", "| n1000 ", "| n2499 "}) {
        INFO(name);
        CHECK(support::count(table, name) == 1);
    }
}

TEST_CASE(
    "Operations: names are listed by owner, by its requester's key and name, by role and by their end") {
    Bench bench;
    bench.take("colin", requester(9), {.life = 2h});
    bench.take("derek", requester(8), {.role = "admin"});
    bench.take("ivan", Owner::of_key(user(1)), {});
    REQUIRE(bench.ledger.add_requester({.name = "ann", .key = user(9)}));
    bench.rules.requesters = Requesters::create({{.name = "bob", .key = user(8)}}).value();
    CHECK(bench.listed({}) == Names{"colin", "derek", "ivan"});
    CHECK(bench.listed({.owner = requester(9).text()}) == Names{"colin"});
    CHECK(bench.listed({.owner = user(9).text()}) == Names{"colin"});
    CHECK(bench.listed({.owner = "ann"}) == Names{"colin"});
    CHECK(bench.listed({.owner = "bob"}) == Names{"derek"});
    CHECK(bench.listed({.owner = "key:" + user(1).text()}) == Names{"ivan"});
    CHECK(bench.listed({.role = "admin"}) == Names{"derek"});
    CHECK(bench.listed({.expiring_before = bench.clock.now() + 90min}) == Names{"derek", "ivan"});
    bench.clock.advance(61min);
    CHECK(bench.listed({.expiring_before = bench.clock.now() + 90min}) == Names{"colin"});
    (void)bench.told(ListNames{.owner = "nobody"});
    CHECK(bench.outcome.error().code == OperationErrc::nobody);
    CHECK(bench.told(ListNames{.role = "none"}).empty());
    CHECK(bench.outcome);
}

TEST_CASE(
    "Operations: a name is shown with its owner, its keys, its former ones, and until when it is kept") {
    Bench bench;
    bench.take("wallyqs", requester(9), {});
    bench.take("wallyqs", requester(9), {.key = 2});
    REQUIRE(bench.ledger.add_requester({.name = "ann", .key = user(9)}));
    const Json shown = bench.json(ShowName{.name = "wallyqs", .json = true});
    CHECK(shown.at("state") == "held");
    CHECK(shown.at("owner") == requester(9).text());
    CHECK(shown.at("known_as") == "ann");
    CHECK(shown.at("holders").size() == 1);
    CHECK(shown.at("holders")[0].at("key") == user(2).text());
    CHECK(shown.at("former")[0].at("key") == user(1).text());
    CHECK(shown.at("kept_until").get<std::int64_t>() - shown.at("expires").get<std::int64_t>() == 24 * 3600);
    const std::string table = bench.told(ShowName{.name = "wallyqs"});
    CHECK_THAT(table, ContainsSubstring("ann") && ContainsSubstring(user(1).text()));

    bench.clock.advance(1h);
    CHECK(bench.json(ShowName{.name = "wallyqs", .json = true}).at("state") == "held");
    bench.clock.advance(1s);
    CHECK(bench.json(ShowName{.name = "wallyqs", .json = true}).at("state") == "kept");
    bench.clock.advance(24h);
    CHECK(bench.json(ShowName{.name = "wallyqs", .json = true}).at("state") == "free");
    (void)bench.told(ShowName{.name = "derek"});
    CHECK(bench.outcome.error().code == OperationErrc::no_such_name);
}

TEST_CASE("Operations: who is denied until when, and by whom, is listed, and no more once it is over") {
    Bench bench;
    const Denial wallyqs{.kind = Denial::Kind::name, .value = "wallyqs"};
    const base::Time now = bench.clock.now();
    (void)bench.told(Deny{.whom = wallyqs, .until = now + 1h});
    REQUIRE(bench.outcome);
    CHECK_THAT(bench.err.str(), ContainsSubstring("denied: name wallyqs, until ") &&
                                    ContainsSubstring("warning: the ledger knows no name wallyqs"));
    const Json listed = bench.json(ListDenials{.json = true});
    REQUIRE(listed.size() == 1);
    CHECK(listed[0] == Json{{"kind", "name"},
                            {"value", "wallyqs"},
                            {"until", (now + 1h).time_since_epoch().count()},
                            {"by", "ann@host"},
                            {"at", now.time_since_epoch().count()}});
    CHECK_THAT(bench.told(ListDenials{}), ContainsSubstring("wallyqs") && ContainsSubstring("ann@host"));
    bench.clock.advance(1h);
    CHECK(bench.json(ListDenials{.json = true}).empty());
    CHECK_FALSE(*bench.ledger.denied(wallyqs, bench.clock.now()));
    (void)bench.told(Allow{.whom = wallyqs});
    CHECK_THAT(bench.err.str(), ContainsSubstring("was not denied"));
}

TEST_CASE("Operations: a requester is added once, listed with its roles, and taken away") {
    Bench bench;
    bench.rules.requesters = Requesters::create({{.name = "bob", .key = user(8)}}).value();
    (void)bench.told(AddRequester{.name = "ann", .key = user(9).text(), .roles = {"chat", "admin"}});
    REQUIRE(bench.outcome);
    const Json listed = bench.json(ListRequesters{.json = true});
    REQUIRE(listed.size() == 2);
    CHECK(listed[0].at("in") == "configuration");
    CHECK(listed[1] ==
          Json{{"name", "ann"}, {"key", user(9).text()}, {"roles", {"admin", "chat"}}, {"in", "ledger"}});
    CHECK_THAT(bench.told(ListRequesters{}), ContainsSubstring("admin, chat"));

    const auto refused = [&](const std::string& name, std::uint64_t key) {
        (void)bench.told(AddRequester{.name = name, .key = user(key).text(), .roles = {}});
        return bench.outcome ? std::error_code() : bench.outcome.error().code;
    };
    CHECK(refused("ann", 7) == std::errc::file_exists);
    CHECK(refused("bob", 7) == OperationErrc::in_the_policy);
    CHECK(refused("carl", 8) == OperationErrc::in_the_policy);
    (void)bench.told(RemoveRequester{.name = "bob"});
    CHECK(bench.outcome.error().code == OperationErrc::in_the_policy);
    (void)bench.told(RemoveRequester{.name = "ann"});
    CHECK_THAT(bench.err.str(), ContainsSubstring("removed: requester ann"));
    (void)bench.told(RemoveRequester{.name = "ann"});
    CHECK_THAT(bench.err.str(), ContainsSubstring("warning: no requester ann"));
    CHECK_FALSE(bench.ledger.find_requester(user(9))->has_value());
}

TEST_CASE("Operations: what nobody can be meant by is found before anything is looked at") {
    CHECK_FALSE(check(ShowName{.name = "Wally QS"}));
    CHECK(check(ShowName{.name = "wallyqs"}));
    CHECK_FALSE(check(AddRequester{.name = "*", .key = user(1).text(), .roles = {}}));
    CHECK_FALSE(check(AddRequester{.name = "ann", .key = "UNO", .roles = {}}));
    CHECK(check(AddRequester{.name = "ann", .key = user(1).text(), .roles = {}}));
    CHECK_FALSE(check(Deny{.whom = {.kind = Denial::Kind::key, .value = "wallyqs"}, .until = {}}));
    CHECK(check(Allow{.whom = {.kind = Denial::Kind::key, .value = "wallyqs"}}));
    CHECK(looks_up_only(ShowName{.name = "wallyqs"}));
    CHECK_FALSE(looks_up_only(ListNames{}));
}
