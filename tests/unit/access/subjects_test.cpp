#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/errc.h>
#include <natscreds/access/reason.h>
#include <natscreds/access/subjects.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/fakes.h>

using namespace natscreds;
using access::Endpoint;
using access::Reason;
using access::Subjects;

namespace {

nkeys::PublicKey key_of(nkeys::Kind kind) {
    support::FixedRandom random;
    return nkeys::SigningKey::generate(kind, random)->public_key();
}

access::Requester requester() {
    return {.account = key_of(nkeys::Kind::account), .user = key_of(nkeys::Kind::user)};
}

}  // namespace

TEST_CASE("Subjects: each form is written as the protocol document shows it") {
    const Subjects subjects;
    const std::string account = requester().account.text();
    const std::string user = requester().user.text();
    CHECK(subjects.direct(Endpoint::access) == "chat.req.access");
    CHECK(subjects.direct(Endpoint::renew) == "chat.req.renew");
    CHECK(subjects.vouched(Endpoint::access, requester().user) == "chat.req.access." + user);
    CHECK(subjects.mapped(Endpoint::renew, requester()) == "chat.req.renew." + account + "." + user);
    CHECK(subjects.exported(Endpoint::access) == "chat.req.access.*.*");
    CHECK(subjects.account_token_position() == 4);
}

TEST_CASE("Subjects: the prefix may be another, of any number of tokens, but has no wildcard") {
    const auto one = Subjects::create("creds");
    REQUIRE(one);
    CHECK(one->exported(Endpoint::renew) == "creds.renew.*.*");
    CHECK(one->account_token_position() == 3);
    const std::string bad = GENERATE("", "a.*", "a.>", "a..b", ".a", "a b");
    CHECK(Subjects::create(bad).error().code == access::Errc::bad_prefix);
}

TEST_CASE("Subjects: what a service receives says which endpoint is meant, and who asks") {
    const Subjects subjects;
    const Endpoint endpoint = GENERATE(Endpoint::access, Endpoint::renew);
    const auto direct = subjects.parse(subjects.direct(endpoint));
    REQUIRE(direct);
    CHECK(direct->endpoint == endpoint);
    CHECK_FALSE(direct->requester);
    const auto mapped = subjects.parse(subjects.mapped(endpoint, requester()));
    REQUIRE(mapped);
    CHECK(mapped->endpoint == endpoint);
    CHECK(mapped->requester == requester());
}

TEST_CASE("Subjects: one that does not name an account's and a user's key vouches for nobody") {
    const std::string account = requester().account.text();
    const std::string user = requester().user.text();
    const std::string subject = GENERATE_COPY(
        std::string("chat.req"), std::string("chat.req.accessory"), std::string("chat.req.access."),
        "chat.req.access." + user, "chat.req.access." + user + "." + account,
        "chat.req.access." + account + ".", "chat.req.access." + account + "." + user + ".",
        "chat.req.access." + account + "." + user + "." + user, "chat.req.access." + account + "." + account,
        "x.chat.req.access." + account + "." + user);
    CHECK(Subjects().parse(subject).error().code == Reason::unvouched);
}
