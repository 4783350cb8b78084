// What operators' commands say and change, on a ledger in memory.
#include <algorithm>
#include <optional>
#include <set>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/operations/carry_out.h>
#include <support/fakes.h>
#include <support/idle_ledger.h>
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
                                      .account = "KUBECON",
                                      .now = clock.now(),
                                      .random = random,
                                      .by = "ann@host",
                                      .out = out,
                                      .reporter = reporter,
                                      .servers = servers,
                                      .timeout = 0ms});
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
    support::FixedRandom random{7};
    std::ostringstream out;
    std::ostringstream err;
    console::Reporter reporter{"nats-provisioner", err};
    Servers* servers = nullptr;
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

TEST_CASE("Operations: a requester is denied, revoked and allowed by its name as by its key") {
    Bench bench;
    bench.rules.requesters = Requesters::create({{.name = "bob", .key = user(8)}}).value();
    (void)bench.told(AddRequester{.name = "ann", .key = user(9).text(), .roles = {}});
    bench.take("wallyqs", requester(9), {});
    const auto by_name = [](const std::string& name) {
        return Denial{.kind = Denial::Kind::requester, .value = name};
    };
    const auto denied = [&](std::uint64_t key) {
        return *bench.ledger.denied(by_name(user(key).text()), bench.clock.now());
    };
    (void)bench.told(Deny{.whom = by_name("ann"), .until = {}});
    REQUIRE(bench.outcome);
    CHECK_THAT(bench.err.str(), ContainsSubstring("requester ann is " + user(9).text()));
    CHECK(denied(9));
    CHECK_FALSE(denied(8));
    (void)bench.told(Allow{.whom = by_name("ann")});
    CHECK_FALSE(denied(9));
    (void)bench.told(Revoke{.whom = by_name("bob")});
    CHECK(denied(8));
    (void)bench.told(Revoke{.whom = by_name("carl")});
    CHECK(bench.outcome.error().code == OperationErrc::nobody);
    CHECK(bench.ledger.denials(bench.clock.now())->size() == 1);
    CHECK_FALSE(looks_up_only(Allow{.whom = by_name("ann")}));
    CHECK(looks_up_only(Allow{.whom = by_name(user(9).text())}));
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

TEST_CASE("Operations: a name that is released is anybody's, and it is said which credentials still live") {
    Bench bench;
    bench.take("wallyqs", requester(9), {});
    (void)bench.told(ReleaseName{.name = "wallyqs"});
    REQUIRE(bench.outcome);
    CHECK_THAT(bench.err.str(),
               ContainsSubstring("released: name wallyqs, which was " + requester(9).text()) &&
                   ContainsSubstring("the credentials of " + user(1).text() + " can be used until") &&
                   ContainsSubstring("nsctl revocations add-user -a KUBECON -u " + user(1).text()));
    CHECK(bench.json(ShowName{.name = "wallyqs", .json = true}).at("state") == "free");
    bench.take("wallyqs", requester(8), {.key = 2});

    bench.clock.advance(1h + 1s);
    (void)bench.told(ReleaseName{.name = "wallyqs"});
    CHECK(bench.err.str().find("can be used") == std::string::npos);
    (void)bench.told(ReleaseName{.name = "wallyqs"});
    CHECK_THAT(bench.err.str(), ContainsSubstring("warning: the name wallyqs was nobody's"));
    (void)bench.told(ReleaseName{.name = "derek"});
    CHECK(bench.outcome.error().code == OperationErrc::no_such_name);
}

TEST_CASE("Operations: a name that is transferred is its new owner's alone, until grace is over") {
    Bench bench;
    bench.take("wallyqs", requester(9), {});
    REQUIRE(bench.ledger.add_requester({.name = "bob", .key = user(8)}));
    (void)bench.told(TransferName{.name = "wallyqs", .to = "nobody"});
    CHECK(bench.outcome.error().code == OperationErrc::nobody);
    (void)bench.told(TransferName{.name = "wallyqs", .to = "bob"});
    REQUIRE(bench.outcome);
    CHECK_THAT(bench.err.str(),
               ContainsSubstring("transferred: name wallyqs to requester:/" + user(8).text()));
    const auto claim = [&](std::uint64_t owner, std::uint64_t key) {
        return claim_name(bench.ledger, bench.rules.name_rule(),
                          {.name = "wallyqs",
                           .key = user(key),
                           .form = Form::key_bound,
                           .role = "chat",
                           .expires = bench.clock.now() + 1h,
                           .owner = requester(owner)},
                          {.now = bench.clock.now()});
    };
    CHECK(claim(9, 1).error().code == access::Reason::name_taken);
    CHECK(claim(8, 2));
    (void)bench.told(TransferName{.name = "derek", .to = "bob"});
    CHECK(bench.outcome.error().code == OperationErrc::no_such_name);
}

TEST_CASE("Operations: what changes something waits for the audit, with who did it; what does not does not") {
    Bench bench;
    const Denial wallyqs{.kind = Denial::Kind::name, .value = "wallyqs"};
    (void)bench.told(ListNames{});
    (void)bench.told(ListDenials{});
    (void)bench.told(ListRequesters{});
    CHECK(bench.ledger.operations()->empty());
    (void)bench.told(Deny{.whom = wallyqs, .until = bench.clock.now() + 1h});
    CHECK_THAT(bench.err.str(), ContainsSubstring("no service has this in its audit yet"));
    (void)bench.told(ReleaseName{.name = "derek"});
    (void)bench.told(RemoveRequester{.name = "ann"});
    const auto operations = bench.ledger.operations().value();
    REQUIRE(operations.size() == 2);
    std::vector<std::string> told;
    for (const Operation& operation : operations)
        told.push_back(operation.by + " " + operation.what + ": " + operation.whom);
    std::ranges::sort(told);
    CHECK_THAT(told[0], ContainsSubstring("ann@host deny: name wallyqs, until "));
    CHECK(told[1] == "ann@host requesters remove: ann");
}

TEST_CASE("Operations: what cannot be noted is not done, unless it takes something from somebody") {
    struct Forgetful : support::IdleLedger {
        base::Status note(const Operation&) override {
            return base::Error{access::Reason::ledger_unavailable, "full"};
        }
        base::Status deny(const DenialRecord&) override {
            done.emplace_back("deny");
            return {};
        }
        base::Status allow(const Denial&) override {
            done.emplace_back("allow");
            return {};
        }
        std::vector<std::string> done;
    } ledger;
    Bench bench;
    const Desk desk{.ledger = ledger,
                    .rules = bench.rules,
                    .account = "",
                    .now = bench.clock.now(),
                    .random = bench.random,
                    .by = "ann@host",
                    .out = bench.out,
                    .reporter = bench.reporter};
    const Denial wallyqs{.kind = Denial::Kind::name, .value = "wallyqs"};
    CHECK(carry_out(Allow{.whom = wallyqs}, desk).error().code == access::Reason::ledger_unavailable);
    CHECK(ledger.done.empty());
    CHECK(carry_out(Deny{.whom = wallyqs, .until = {}}, desk));
    CHECK_THAT(bench.err.str(), ContainsSubstring("warning: this is in no audit: full"));
    CHECK(carry_out(Revoke{.whom = wallyqs}, desk));
    CHECK(ledger.done == std::vector<std::string>{"deny", "deny"});
}

namespace {

/// A server on which each user that is asked for has one connection.
struct OneServer final : Servers {
    base::Result<std::vector<Answer>> ask(const std::vector<Question>& questions, From) override {
        std::vector<Answer> answers;
        for (std::size_t i = 0; i < questions.size(); ++i) {
            const Json body = Json::parse(questions[i].body);
            if (!body.contains("user")) {
                answers.push_back({.question = i, .body = "{}"});
                continue;
            }
            asked.insert(body.at("user"));
            answers.push_back(
                {.question = i,
                 .body = Json{{"data",
                               {{"server_id", "NA"},
                                {"connections",
                                 {{{"cid", asked.size()}, {"authorized_user", body.at("user")}}}}}}}
                             .dump()});
        }
        return answers;
    }
    std::set<std::string> asked;
};

}  // namespace

TEST_CASE("Operations: what is revoked is denied, superseded and cut off, and it is said what still lives") {
    Bench bench;
    OneServer server;
    bench.servers = &server;
    bench.take("wallyqs", requester(9), {.key = 1});
    bench.take("wallyqs", requester(9), {.key = 2});
    bench.take("derek", requester(9), {.key = 3});
    bench.take("ivan", requester(8), {.key = 4});
    const auto kind = GENERATE(Denial::Kind::name, Denial::Kind::key, Denial::Kind::requester);
    const Denial whom = kind == Denial::Kind::name  ? Denial{kind, "wallyqs"}
                        : kind == Denial::Kind::key ? Denial{kind, user(3).text()}
                                                    : Denial{kind, user(9).text()};
    std::set<std::string> cut_off{user(1).text(), user(2).text()};
    if (kind == Denial::Kind::key) cut_off = {user(3).text()};
    if (kind == Denial::Kind::requester) cut_off.merge(std::set{user(3).text(), user(9).text()});
    (void)bench.told(Revoke{.whom = whom});
    REQUIRE(bench.outcome);
    CHECK(*bench.ledger.denied(whom, bench.clock.now()));
    CHECK(server.asked == cut_off);
    CHECK_THAT(bench.err.str(), ContainsSubstring("connections ended: " + std::to_string(cut_off.size())));
    for (const std::string& key : cut_off) {
        const bool issued = key != user(9).text();
        CHECK((bench.err.str().find("the credentials of " + key + " can be used until") !=
               std::string::npos) == issued);
    }
    const auto holders = [&](const std::string& name) {
        return (*bench.ledger.find(name))->record.holders.size();
    };
    CHECK(holders("wallyqs") == (kind == Denial::Kind::key ? 1U : 0U));
    CHECK(holders("derek") == (kind == Denial::Kind::name ? 1U : 0U));
    CHECK(holders("ivan") == 1);
    CHECK((*bench.ledger.find("wallyqs"))->record.owner == requester(9));

    bench.servers = nullptr;
    (void)bench.told(Revoke{.whom = whom});
    CHECK_THAT(bench.err.str(), ContainsSubstring("with [system] in the configuration"));
}
