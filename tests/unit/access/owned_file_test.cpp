#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>

#include <natscreds/access/errc.h>
#include <natscreds/access/owned_file.h>
#include <support/signing.h>
#include <support/temp_dir.h>

using namespace natscreds;
using access::Freshness;
using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

/// A file with credentials of wallyqs, as it is looked at.
struct Bench {
    explicit Bench(jwt::Draft<jwt::UserClaims> user = {}) {
        nkeys::SigningKey key = support::new_key(nkeys::Kind::user);
        user.subject = key.public_key().text();
        user.name = "wallyqs";
        const jwt::Token token = jwt::sign(user, account, noon).value();
        support::write_secret(file, jwt::creds_text(token, key));
    }
    base::Result<access::OwnedFile> look(base::Time now,
                                         const access::FileOwner& owner = {.name = "wallyqs"}) {
        return access::look_at_file(file, owner, now);
    }
    Freshness fresh(base::Time now) { return look(now)->freshness; }

    support::TempDir folder;
    std::filesystem::path file = folder / "my.creds";
    nkeys::SigningKey account = support::new_key(nkeys::Kind::account);
};

jwt::Draft<jwt::UserClaims> for_an_hour() {
    jwt::Draft<jwt::UserClaims> user;
    user.expires = noon + 1h;
    user.claims.tags = {"role:chat", "gen:0"};
    return user;
}

}  // namespace

TEST_CASE(
    "Owned file: it is good for two thirds of its life, then aged, and lapsed from the second of its end") {
    Bench bench(for_an_hour());
    CHECK(bench.fresh(noon) == Freshness::good);
    CHECK(bench.fresh(noon + 40min - 1s) == Freshness::good);
    CHECK(bench.fresh(noon + 40min) == Freshness::aged);
    CHECK(bench.fresh(noon + 1h - 1s) == Freshness::aged);
    CHECK(bench.fresh(noon + 1h) == Freshness::lapsed);
}

TEST_CASE("Owned file: what never ends is good, and what is not valid yet is lapsed") {
    Bench endless;
    CHECK(endless.fresh(noon + 24h * 10'000) == Freshness::good);
    jwt::Draft<jwt::UserClaims> later = for_an_hour();
    later.not_before = noon + 1min;
    Bench early(std::move(later));
    CHECK(early.fresh(noon) == Freshness::lapsed);
    CHECK(early.fresh(noon + 1min) == Freshness::good);
}

TEST_CASE(
    "Owned file: a name, an account or a role other than the owner's is another's, and none is no other") {
    Bench bench(for_an_hour());
    const nkeys::PublicKey own = bench.account.public_key();
    const nkeys::PublicKey other = support::new_key(nkeys::Kind::account).public_key();
    CHECK(bench.look(noon, {.name = "wallyqs", .account = own, .role = "chat"}));
    CHECK(bench.look(noon, {.name = ""}));
    for (const access::FileOwner& owner :
         {access::FileOwner{.name = "derek"}, access::FileOwner{.name = "wallyqs", .account = other},
          access::FileOwner{.name = "wallyqs", .account = own, .role = "root"}}) {
        const auto found = bench.look(noon, owner);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == access::Errc::of_others);
        CHECK_THAT(found.error().detail, ContainsSubstring("my.creds: it holds credentials of wallyqs"));
    }
    Bench untagged;
    CHECK(untagged.look(noon, {.name = "wallyqs", .role = "root"}));
}

TEST_CASE(
    "Owned file: no file is missing, no creds file is another's, and what cannot be read is told as that") {
    Bench bench;
    std::filesystem::remove(bench.file);
    CHECK(bench.fresh(noon) == Freshness::missing);
    bench.folder.write("my.creds", "precious");
    CHECK(bench.look(noon).error().code == access::Errc::of_others);
    std::filesystem::remove(bench.file);
    std::filesystem::create_directory(bench.file);
    CHECK(bench.look(noon).error().code != access::Errc::of_others);
}
