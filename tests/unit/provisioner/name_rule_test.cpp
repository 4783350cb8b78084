// Whose a name is: owners, their keys, and what becomes of those that were replaced.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/nkeys/signing_key.h>
#include <natscreds/provisioner/policy/claim.h>
#include <support/fakes.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using namespace std::chrono_literals;

namespace {

constexpr base::Time noon{1'700'000'000s};

nkeys::PublicKey key_of(nkeys::Kind kind, std::uint64_t number) {
    support::FixedRandom random(number);
    return nkeys::SigningKey::generate(kind, random)->public_key();
}

nkeys::PublicKey user(std::uint64_t number) {
    return key_of(nkeys::Kind::user, number);
}

Owner requester(std::uint64_t number) {
    return Owner::of_requester(key_of(nkeys::Kind::account, 1), user(number));
}

/// What requester 9 asks for with a key: the name wallyqs for an hour.
Claim claim(std::uint64_t key) {
    return {.name = "wallyqs",
            .key = user(key),
            .form = Form::key_bound,
            .role = "chat",
            .expires = noon + 1h,
            .owner = requester(9),
            .requester = user(9)};
}

Claim claim_by_key(std::uint64_t key) {
    Claim wanted = claim(key);
    wanted.owner = Owner::of_key(user(key));
    return wanted;
}

RenewalClaim renewal(std::uint64_t key, std::int64_t generation = 0) {
    return {
        .name = "wallyqs", .key = user(key), .role = "chat", .expires = noon + 2h, .generation = generation};
}

/// A name, and what became of it so far.
struct Story {
    NameRule rule{24h};
    std::optional<NameRecord> record = {};

    base::Result<Decision> claims(const Claim& wanted, base::Time now) {
        return keep(rule.decide(wanted, record, now));
    }
    base::Result<Decision> renews(const RenewalClaim& wanted, base::Time now) {
        return keep(rule.renew(wanted, record, now));
    }

  private:
    base::Result<Decision> keep(base::Result<Decision> decided) {
        if (decided) record = decided->record;
        return decided;
    }
};

}  // namespace

TEST_CASE("NameRule: where only a key is known, the name is that key's until the grace is over") {
    Story story;
    REQUIRE(story.claims(claim_by_key(1), noon));
    const base::Time end = noon + 1h + 24h;
    CHECK(story.claims(claim_by_key(2), end).error().code == Reason::name_taken);
    CHECK(story.claims(claim_by_key(2), end + 1s)->record.holders.front().key == user(2));
}

TEST_CASE(
    "NameRule: the owner gets its name again with the same key, a generation later, long after it expired") {
    Story story;
    CHECK(story.claims(claim(1), noon)->generation == 0);
    Claim again = claim(1);
    again.expires = noon + 21h;
    const auto renewed = story.claims(again, noon + 20h);
    REQUIRE(renewed);
    CHECK(renewed->generation == 1);
    CHECK(renewed->superseded.empty());
    CHECK(renewed->record.expires == noon + 21h);
}

TEST_CASE("NameRule: an expiry never moves back") {
    Story story;
    REQUIRE(story.claims(claim(1), noon));
    Claim shorter = claim(1);
    shorter.expires = noon + 1min;
    CHECK(story.claims(shorter, noon)->record.expires == noon + 1h);
}

TEST_CASE("NameRule: the owner may replace a key at once, and the former one is superseded") {
    Story story;
    REQUIRE(story.claims(claim(1), noon));
    const auto rekeyed = story.claims(claim(2), noon + 1min);
    REQUIRE(rekeyed);
    CHECK(rekeyed->generation == 0);
    REQUIRE(rekeyed->superseded.size() == 1);
    CHECK(rekeyed->superseded.front().key == user(1));
    CHECK(rekeyed->superseded.front().expires == noon + 1h);
    CHECK(story.renews(renewal(1), noon + 2min).error().code == Reason::superseded);
    CHECK(story.claims(claim(1), noon + 2min).error().code == Reason::superseded);
    CHECK(story.renews(renewal(2), noon + 2min));
}

TEST_CASE("NameRule: another owner does not get the name, whatever it was issued for before") {
    Story story;
    REQUIRE(story.claims(claim(1), noon));
    Claim other = claim(2);
    other.owner = requester(8);
    CHECK(story.claims(other, noon + 25h).error().code == Reason::name_taken);
    CHECK(story.claims(claim_by_key(1), noon + 1min).error().code == Reason::name_taken);
    CHECK(story.claims(other, noon + 25h + 1s));
}

TEST_CASE("NameRule: with after_expiry the owner waits until the former key's credentials have expired") {
    Story story{.rule = NameRule(24h, Rekey::after_expiry)};
    REQUIRE(story.claims(claim(1), noon));
    CHECK(story.claims(claim(2), noon + 1h).error().code == Reason::name_full);
    const auto replaced = story.claims(claim(2), noon + 1h + 1s);
    REQUIRE(replaced);
    CHECK(replaced->superseded.size() == 1);
}

TEST_CASE("NameRule: with never the name stays its key's until the grace is over") {
    Story story{.rule = NameRule(24h, Rekey::never)};
    REQUIRE(story.claims(claim(1), noon));
    CHECK(story.claims(claim(2), noon + 2h).error().code == Reason::name_taken);
    CHECK(story.claims(claim(1), noon + 2h));
}

TEST_CASE(
    "NameRule: where the role has several holders, each key is renewed by itself, and one too many is "
    "refused") {
    Story story;
    for (const std::uint64_t key : {1U, 2U, 3U}) {
        Claim wanted = claim(key);
        wanted.holders = 3;
        wanted.expires = noon + std::chrono::minutes(10 * key);
        CHECK(story.claims(wanted, noon)->superseded.empty());
    }
    Claim fourth = claim(4);
    fourth.holders = 3;
    CHECK(story.claims(fourth, noon + 10min).error().code == Reason::name_full);
    CHECK(story.renews(renewal(2, 0), noon + 10min)->generation == 1);
    CHECK(story.renews(renewal(2, 1), noon + 10min)->generation == 2);
    CHECK(story.renews(renewal(3, 0), noon + 10min)->generation == 1);
    // The first was not renewed.
    CHECK(story.claims(fourth, noon + 10min + 1s));
    CHECK(story.record->holders.size() == 3);
    CHECK(story.renews(renewal(1), noon + 11min).error().code == Reason::name_taken);
}

TEST_CASE("NameRule: a plain name is taken while it lives and free after, even for the same asker") {
    Story story;
    Claim plain = claim_by_key(1);
    plain.form = Form::plain;
    REQUIRE(story.claims(plain, noon));
    Claim next = claim_by_key(2);
    next.form = Form::plain;
    CHECK(story.claims(next, noon + 1h).error().code == Reason::name_taken);
    CHECK(story.claims(next, noon + 1h + 1s));
}

TEST_CASE("NameRule: a plain request of a requester that is vouched for replaces its own key") {
    Story story;
    Claim plain = claim(1);
    plain.form = Form::plain;
    REQUIRE(story.claims(plain, noon));
    plain.key = user(2);
    CHECK(story.claims(plain, noon + 1min)->superseded.size() == 1);
    Claim other = claim(3);
    other.owner = requester(8);
    CHECK(story.claims(other, noon + 24h).error().code == Reason::name_taken);
}

TEST_CASE("NameRule: a renewal of a name that was forgotten keeps the owner that its JWT tells of") {
    Story story;
    RenewalClaim forgotten = renewal(1, 4);
    forgotten.owner = Owner::of_tag(requester(9).tag());
    CHECK(story.renews(forgotten, noon)->generation == 5);
    Claim other = claim(2);
    other.owner = requester(8);
    CHECK(story.claims(other, noon + 1min).error().code == Reason::name_taken);
    CHECK(story.claims(claim(2), noon + 1min)->record.owner == requester(9));
}

TEST_CASE("NameRule: a requester has its names of 0.1, whose account was not written down") {
    Story story;
    REQUIRE(story.claims(claim(1), noon));
    story.record->owner = Owner::of_requester(user(9));
    Claim other = claim(2);
    other.owner = requester(8);
    CHECK(story.claims(other, noon + 1min).error().code == Reason::name_taken);
    CHECK(story.claims(claim(2), noon + 1min)->record.owner == requester(9));
}

TEST_CASE("NameRule: a released name is anybody's, and who had it does not keep it by a renewal") {
    Story story;
    REQUIRE(story.claims(claim(1), noon));
    story.record = story.rule.release(*story.record, noon + 1min);
    CHECK(story.renews(renewal(1), noon + 2min).error().code == Reason::superseded);
    Claim other = claim(2);
    other.owner = requester(8);
    CHECK(story.claims(other, noon + 2min)->record.owner == requester(8));
    CHECK(story.renews(renewal(1), noon + 3min).error().code == Reason::superseded);
}

TEST_CASE("NameRule: keys that are superseded are renewed no more, and the name stays its owner's") {
    Story story;
    Claim first = claim(1);
    Claim second = claim(2);
    first.holders = second.holders = 2;
    REQUIRE(story.claims(first, noon));
    REQUIRE(story.claims(second, noon));
    const NameRecord both = *story.record;
    story.record = story.rule.supersede(both, second.key, noon + 1min);
    CHECK(story.renews(renewal(2), noon + 2min).error().code == Reason::superseded);
    CHECK(story.renews(renewal(1), noon + 2min));
    story.record = story.rule.supersede(both, std::nullopt, noon + 1min);
    CHECK(story.renews(renewal(1), noon + 2min).error().code == Reason::superseded);
    CHECK(story.claims(first, noon + 2min).error().code == Reason::superseded);
    Claim stranger = claim(4);
    stranger.owner = requester(8);
    CHECK(story.claims(stranger, noon + 2min).error().code == Reason::name_taken);
    CHECK(story.claims(claim(3), noon + 2min)->record.holders.size() == 1);
}

TEST_CASE("NameRule: a name that was handed on is the new owner's alone, who has the grace to ask for it") {
    Story story;
    REQUIRE(story.claims(claim(1), noon));
    story.record = story.rule.transfer(*story.record, requester(8), noon + 2h);
    CHECK(story.claims(claim(1), noon + 2h).error().code == Reason::name_taken);
    Claim other = claim(2);
    other.owner = requester(8);
    CHECK(story.claims(other, noon + 26h));
    story.record = story.rule.transfer(*story.record, requester(7), noon + 26h);
    CHECK_FALSE(story.rule.is_over(*story.record, noon + 50h));
    CHECK(story.rule.is_over(*story.record, noon + 50h + 1s));
}

TEST_CASE("NameRule: former keys are remembered, sixteen of them at most") {
    Story story;
    for (std::uint64_t key = 1; key <= 20; ++key)
        REQUIRE(story.claims(claim(key), noon));
    CHECK(story.record->former.size() == NameRecord::max_former);
    CHECK(story.record->former.back().key == user(19));
    CHECK(story.renews(renewal(19), noon).error().code == Reason::superseded);
    CHECK(story.renews(renewal(1), noon).error().code == Reason::name_taken);
}

TEST_CASE("NameRule: a renewal that presents an older JWT is served, and raises the alarm") {
    Story story;
    REQUIRE(story.claims(claim(1), noon));
    CHECK_FALSE(story.renews(renewal(1, 0), noon)->stale_generation);
    const auto older = story.renews(renewal(1, 0), noon);
    CHECK(older->stale_generation);
    CHECK(older->generation == 2);
}

TEST_CASE("Owner: what is written is read again, and nothing else is an owner") {
    for (const Owner& owner :
         {requester(9), Owner::of_key(user(1)), Owner::of_requester(user(9)), Owner(),
          Owner::of_service_account("default/nats-user"), Owner::of_tag(requester(9).tag())})
        CHECK(Owner::parse(owner.text()) == owner);
    const std::string bad =
        GENERATE("key:", "key:ABC", "requester:", "requester:U/U", "kubernetes:a", "kubernetes:/a",
                 "kubernetes:a/b/c", "kubernetes:A/b", "tag:abc", "somebody", ":");
    CHECK_FALSE(Owner::parse(bad));
}

TEST_CASE("Owner: its tag tells owners apart, and says nothing of who it is") {
    CHECK(requester(9).tag() != requester(8).tag());
    CHECK(requester(9).tag().size() == 22);
    CHECK(requester(9).is(Owner::of_tag(requester(9).tag())));
    CHECK_FALSE(requester(9).is(Owner::of_tag(requester(8).tag())));
    CHECK_FALSE(Owner().is(Owner()));
}
