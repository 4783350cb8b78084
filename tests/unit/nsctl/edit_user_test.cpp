#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/jwt/creds.h>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

TEST_CASE("edit user: only what is named changes, in the token and in the creds file") {
    NscCommandLine nsctl;
    const auto before = user_of(nsctl, "chat-access");
    const Outcome outcome =
        nsctl({"edit", "user", "chat-access", "--payload", "1kib", "--rm", "_R_", "--tag", "Team:Red"});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.out.empty());
    const std::string creds = (nsctl.folder / "nsc/nkeys/creds/KO/KUBECON/chat-access.creds").string();
    REQUIRE(outcome.err ==
            "[ OK ] added tag \"Team:Red\"\n"
            "[ OK ] changed max payload to 1kib\n"
            "[ OK ] removed \"_R_\"\n"
            "[ OK ] generated user creds file `" +
                creds + "`\n[ OK ] edited user \"chat-access\"\n");
    auto after = user_of(nsctl, "chat-access");
    REQUIRE(jwt::Credentials::load(creds)->user().token == after.token);
    REQUIRE(after.issuer == before.issuer);
    REQUIRE(after.claims().payload == 1024);
    REQUIRE(after.claims().pub.allow == std::vector<std::string>{"_INBOX.>", "_R_.>"});
    after.content.claims.payload = before.claims().payload;
    after.content.claims.pub = before.claims().pub;
    after.content.claims.sub = before.claims().sub;
    after.content.claims.tags = before.claims().tags;
    REQUIRE(after.claims() == before.claims());
}

TEST_CASE("edit user: a user without a key in the keystore is edited, and no creds file is written") {
    NscCommandLine nsctl;
    const auto user = user_of(nsctl, "chat-access");
    const std::string key = user.content.subject;
    std::filesystem::remove(nsctl.folder / "nsc/nkeys/keys/U" / key.substr(1, 2) / (key + ".nk"));
    const std::string creds = (nsctl.folder / "nsc/nkeys/creds/KO/KUBECON/chat-access.creds").string();
    const std::string before = support::read_text(creds);
    const Outcome outcome = nsctl({"edit", "user", "chat-access", "--bearer"});
    REQUIRE(contains(outcome.err, "[ OK ] skipped generating creds file"));
    REQUIRE(user_of(nsctl, "chat-access").claims().bearer_token);
    REQUIRE(support::read_text(creds) == before);
}

TEST_CASE("edit user: of a scoped user the tags change, and limits are refused") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"edit", "user", "scoped", "--tag", "team:blue"}).exit_code == 0);
    const auto user = user_of(nsctl, "scoped");
    REQUIRE(user.claims().tags == std::vector<std::string>{"team:blue", "team:red"});
    REQUIRE(user.issuer.text() == scoped_key);
    REQUIRE_FALSE(user.claims().has_own_permissions());
    const Outcome refused = nsctl({"edit", "user", "scoped", "--payload", "5"});
    REQUIRE(refused.exit_code == 1);
    REQUIRE(contains(refused.err, "has a scope, which alone decides"));
    REQUIRE(user_of(nsctl, "scoped").token == user.token);
}

TEST_CASE("edit user: another key can sign it, and a scope then no longer decides") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"edit", "user", "scoped", "--tag", "x", "-K", plain_key}).exit_code == 0);
    const auto user = user_of(nsctl, "scoped");
    REQUIRE(user.issuer.text() == plain_key);
    REQUIRE(user.claims().payload == -1);
    REQUIRE(nsctl({"validate", "-a", "KUBECON"}).exit_code == 0);
}

TEST_CASE("edit user: what servers would not take is refused") {
    NscCommandLine nsctl;
    const auto before = user_of(nsctl, "chat-access");
    const auto [option, value] = GENERATE(table<std::string, std::string>({
        {"--source-network", "nowhere"},
        {"--time", "25:00:00-26:00:00"},
        {"--allow-pub", "a b"},
        {"--expiry", "tomorrow"},
    }));
    const Outcome outcome = nsctl({"edit", "user", "chat-access", option, value});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(user_of(nsctl, "chat-access").token == before.token);
    REQUIRE(nsctl({"edit", "user", "chat-access"}).err == "nsctl: specify an edit option\n");
}
