// A tree as a file, and what has to be done for a store to say the same.
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/plan.h>
#include <natscreds/accounts/soundness.h>
#include <support/random_claims.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts;
using namespace natscreds::accounts::test;

namespace {

/// An operator's store with nothing in it, whose keys are all there.
struct FreshStore {
    explicit FreshStore(std::uint64_t start) : random(start) {
        NewOperator wanted;
        wanted.extras = Extras::signing_key;
        REQUIRE(create_operator(tree(), std::move(wanted)));
    }
    [[nodiscard]] Tree tree() { return {store, keys, clock, random}; }

    support::TempDir folder;
    Store store = Store::create(folder / "stores", name("O"), Management::here).value();
    KeyStore keys{folder / "keys"};
    support::FakeClock clock{base::Time(std::chrono::seconds(1795215478))};
    support::FixedRandom random;
};

TreeFile through_text(const TreeFile& tree) {
    const std::string text = tree_file_text(tree);
    INFO(text);
    const auto again = parse_tree_file(text, "tree.toml");
    REQUIRE(again);
    REQUIRE(tree_file_text(*again) == text);
    return *again;
}

std::vector<PlannedStep> planned(const Tree& tree, const TreeFile& file, Unnamed unnamed) {
    const auto steps = plan(tree, file, {.unnamed = unnamed, .signer = ""});
    INFO((steps ? std::string() : steps.error().message()));
    REQUIRE(steps);
    return *steps;
}

void require_nothing_to_do(const Tree& tree, const TreeFile& file, Unnamed unnamed) {
    for (const PlannedStep& step : planned(tree, file, unnamed)) {
        CAPTURE(step.what);
        for (const Difference& one : step.differences)
            UNSCOPED_INFO(one.path << ": " << one.before << " -> " << one.after);
        FAIL("there is something to do");
    }
}

void make_all(const Tree& tree, const TreeFile& file, Unnamed unnamed = Unnamed::keep) {
    for (const PlannedStep& step : planned(tree, file, unnamed)) {
        CAPTURE(step.what);
        const base::Status made = step.make();
        INFO((made ? std::string() : made.error().message()));
        REQUIRE(made);
    }
}

/// A random draft that servers take, or else the last one without its claims.
template <class C>
jwt::Draft<C> sound_draft(support::RandomClaims& claims, const nkeys::SigningKey& signer, base::Time now,
                          int& found) {
    jwt::Draft<C> draft;
    for (int tries = 0; tries < 8; ++tries) {
        draft = claims.draft<C>();
        const auto token = jwt::sign(draft, signer, now);
        if (!token || !check_sound<C>(*token, now)) continue;
        ++found;
        return draft;
    }
    draft.claims = C();
    draft.expires = draft.not_before = std::nullopt;
    return draft;
}

}  // namespace

TEST_CASE(
    "plan: of what a store's file says there is nothing to do, for 500 random trees, also when all else "
    "goes") {
    const support::FoldersInMemory in_memory;
    const Name account = name("A");
    const Name user = name("u");
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        CAPTURE(seed);
        support::RandomClaims claims(seed);
        FreshStore source(1);
        const auto lock = source.store.lock();
        const auto owner = source.store.read_operator().value();
        jwt::Draft<jwt::OperatorClaims> new_owner = claims.draft<jwt::OperatorClaims>();
        new_owner.subject = owner.content.subject;
        const auto key = source.keys.load(nkeys::PublicKey::parse(new_owner.subject).value());
        REQUIRE(source.store.write_operator(*lock, jwt::sign(new_owner, *key, source.clock.now()).value()));
        const auto drafted = claims.draft<jwt::AccountClaims>();
        REQUIRE(
            source.store.write_account(*lock, account, jwt::sign(drafted, *key, source.clock.now()).value()));
        const auto user_key = nkeys::SigningKey::generate(nkeys::Kind::account, source.random).value();
        REQUIRE(source.store.write_user(
            *lock, {account, user},
            jwt::sign(claims.draft<jwt::UserClaims>(), user_key, source.clock.now()).value()));
        const TreeFile file = through_text(read_tree(source.store, {}).value());
        for (const Unnamed unnamed : {Unnamed::keep, Unnamed::remove}) {
            const auto steps = planned(source.tree(), file, unnamed);
            for (const PlannedStep& step : steps) {
                // The random user's signer is none of the account's.
                const bool only_signer = step.differences.size() == 1 && step.differences[0].path == "iss";
                for (const Difference& one : step.differences)
                    UNSCOPED_INFO(step.what << " " << one.path << ": " << one.before << " -> " << one.after);
                REQUIRE(only_signer);
            }
        }
    }
}

TEST_CASE(
    "plan: applied to another operator's store, a random account's file leaves nothing to do, and the same "
    "claims") {
    const support::FoldersInMemory in_memory;
    const Name account = name("A");
    int found = 0;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        CAPTURE(seed);
        support::RandomClaims claims(seed);
        FreshStore source(1);
        const auto lock = source.store.lock();
        const auto owner = source.store.read_operator().value();
        const auto key = source.keys.load(nkeys::PublicKey::parse(owner.content.subject).value());
        const auto draft = sound_draft<jwt::AccountClaims>(claims, *key, source.clock.now(), found);
        REQUIRE(
            source.store.write_account(*lock, account, jwt::sign(draft, *key, source.clock.now()).value()));
        const TreeFile file =
            through_text(read_tree(source.store, {.account = account, .users = false}).value());
        FreshStore other(2);
        make_all(other.tree(), file);
        require_nothing_to_do(other.tree(), file, Unnamed::keep);
        require_nothing_to_do(other.tree(), file, Unnamed::remove);
        const auto before = source.store.read_account(account).value();
        const auto after = other.store.read_account(account).value();
        REQUIRE(after.content.subject == before.content.subject);
        REQUIRE(after.claims() == before.claims());
        REQUIRE(after.content.expires == before.content.expires);
    }
    CHECK(found > 20);  // not only empty ones
}

TEST_CASE("plan: the tree that nsc made can be exported, and there is nothing to do") {
    StoreCopy copy;
    const Store store = copy.store();
    const KeyStore keys = copy.keys();
    const Tree tree{store, keys, copy.clock, copy.random};
    const TreeFile file = through_text(read_tree(store, {}).value());
    require_nothing_to_do(tree, file, Unnamed::keep);
    require_nothing_to_do(tree, file, Unnamed::remove);
}

TEST_CASE("parse_tree_file: what is wrong is told with file, line and key") {
    const auto said = [](const std::string& text) {
        return parse_tree_file(text, "t.toml").error().message();
    };
    CHECK(said("x = ").starts_with("t.toml:1: "));
    CHECK(said("\n[server]\n").starts_with("t.toml:2: server: there are operator, accounts and users"));
    CHECK(said("[accounts.\"a/b\"]\n").starts_with("t.toml:1: accounts.a/b: "));
    CHECK(said("[accounts]\nA = 1\n").starts_with("t.toml:2: accounts.A: a table is expected"));
    CHECK(said("accounts = 1\n").starts_with("t.toml:1: accounts: a table is expected"));
    CHECK(said("[users]\nA = 1\n").starts_with("t.toml:2: users.A: a table is expected"));
    CHECK(said("[accounts.A]\nnats = 1\n").starts_with("t.toml:1: accounts.A: nats has to be a table"));
    CHECK(said("[accounts.A]\niat = 1\n").starts_with("t.toml:1: accounts.A: iat is not for people to say"));
    CHECK(said("[accounts.A.nats]\nx = nan\n")
              .starts_with("t.toml:2: accounts.A.nats.x: no claim has such a value"));
    CHECK(said("[operator]\nexp = 12:00:00\n")
              .starts_with("t.toml:2: operator.exp: no claim has such a value"));
    std::string deep = "1";
    for (int i = 0; i < 100; ++i)
        deep = "[" + deep + "]";
    CHECK(said("[operator.nats]\nx = " + deep).find("it is nested too deep") != std::string::npos);
}
