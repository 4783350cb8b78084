// nats-req --access NAME -o FILE: what becomes of a file that is there already.
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/base/clock.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/jwt/tag.h>
#include <support/deployment.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/signing.h>
#include <support/trust_tree.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::Outcome;
using Words = std::vector<std::string>;

/// A deployment, and one file that is asked for.
struct Scene {
    explicit Scene(const support::ServerBinary& binary = support::nats_servers().back()) : chat(binary, 2) {
        chat.start_copy("west", {.root = {}, .more = support::unlimited, .ttl = "1h"});
    }

    Outcome ask(const Words& more = {}, const std::string& name = "wallyqs") const {
        Words words{"-s", chat.server.url(), "--creds", chat.tree.creds("requester-0"), "--access", name,
                    "-o", file.string()};
        words.insert(words.end(), more.begin(), more.end());
        return support::run(support::command("nats-req", words));
    }
    jwt::Credentials there() const { return jwt::Credentials::load(file).value(); }
    std::string text() const { return support::read_text(file); }

    support::Deployment chat;
    std::filesystem::path file = chat.tree.folder() / "my.creds";
};

constexpr auto owner_only = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

}  // namespace

TEST_CASE("Access file: a missing one is made, and a good one is left alone, which costs no request") {
    const Scene scene(GENERATE(from_range(support::nats_servers())));
    REQUIRE(scene.ask().exit_code == 0);
    const std::string first = scene.text();

    const Outcome again = scene.ask();
    CHECK(again.exit_code == 0);
    CHECK(again.out.empty());
    CHECK_THAT(again.err,
               ContainsSubstring("my.creds is good until ") && ContainsSubstring("nothing was asked"));
    CHECK(scene.text() == first);
    // Nobody has to be there for that.
    const Outcome alone = support::run(support::command(
        "nats-req", {"-s", "nats://127.0.0.1:1", "--creds", scene.chat.tree.creds("requester-0"), "--access",
                     "wallyqs", "-o", scene.file.string()}));
    CHECK(alone.exit_code == 0);
}

TEST_CASE("Access file: with --fresh a good one is replaced, by credentials of the same key") {
    const Scene scene;
    REQUIRE(scene.ask().exit_code == 0);
    const jwt::Credentials first = scene.there();
    CHECK(scene.ask({"--fresh", "--ttl", "30m"}).exit_code == 0);
    CHECK(scene.there().user().token != first.user().token);
    CHECK(scene.there().key().public_key() == first.key().public_key());
    CHECK((std::filesystem::status(scene.file).permissions() & std::filesystem::perms::mask) == owner_only);
    CHECK_FALSE(std::filesystem::exists(scene.file.string() + ".pending"));
}

TEST_CASE("Access file: near its end, and behind it, it is asked for again with the same key") {
    const Scene scene(GENERATE(from_range(support::nats_servers())));
    const double part = GENERATE(0.67, 1.4);
    REQUIRE(scene.ask({"--ttl", "3s"}).exit_code == 0);
    const jwt::Credentials first = scene.there();
    const base::SystemClock clock;
    const auto age = [&] { return static_cast<double>((clock.now() - first.user().issued_at).count()); };
    REQUIRE(support::eventually([&] { return age() >= 3 * part; }));

    const Outcome again = scene.ask();
    CHECK(again.exit_code == 0);
    CHECK_THAT(again.err, ContainsSubstring("wallyqs has the role chat"));
    CHECK(scene.there().key().public_key() == first.key().public_key());
    CHECK_FALSE(scene.there().user().expired(clock.now()));
    CHECK(scene.there().user().issued_at > first.user().issued_at);
}

TEST_CASE("Access file: what is another's is refused, says what it is, and stays as it is") {
    const Scene scene;
    REQUIRE(scene.ask().exit_code == 0);
    const std::string mine = scene.text();
    const auto refused = [&](const Outcome& outcome, const std::string& what) {
        CHECK(outcome.exit_code == 1);
        CHECK_THAT(outcome.err, ContainsSubstring(what) && ContainsSubstring("it stays as it is") &&
                                    ContainsSubstring("hint: another file with -o"));
        CHECK(scene.text() == mine);
    };
    refused(scene.ask({}, "derek"), "my.creds: it holds credentials of wallyqs, not of derek");
    refused(scene.ask({"--fresh"}, "derek"), "it holds credentials of wallyqs, not of derek");
    refused(scene.ask({"--role", "root"}),
            "it holds credentials of wallyqs with the role chat, not with root");
    const std::string account = scene.chat.tree.stranger().text();
    refused(scene.ask({"--expect-account", account}), "not for " + account);
}

TEST_CASE("Access file: what is no creds file is refused, and stays as it is") {
    const std::string content = GENERATE("precious", "", "-----BEGIN NATS USER JWT-----\nx\n");
    const Scene scene;
    scene.chat.tree.folder().write("my.creds", content);
    const Outcome outcome = scene.ask();
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.err, ContainsSubstring("my.creds: it is no creds file"));
    CHECK(scene.text() == content);
}

TEST_CASE("Access file: when an old one cannot be replaced the word of that says until when it is good") {
    Scene scene;
    REQUIRE(scene.ask().exit_code == 0);
    const std::string mine = scene.text();
    scene.chat.server.stop();
    const Outcome outcome = scene.ask({"--fresh"});
    CHECK(outcome.exit_code == 5);
    CHECK_THAT(outcome.err, ContainsSubstring("my.creds stays as it is, good until "));
    CHECK(scene.text() == mine);
}

TEST_CASE("Access file: a requester whose own credentials have expired is told when") {
    const support::TrustTree tree;
    const support::NatsServer server(GENERATE(from_range(support::nats_servers())),
                                     {.config = tree.config()});
    const base::SystemClock clock;
    const jwt::Credentials old =
        tree.credentials(support::new_key(nkeys::Kind::user), [&](jwt::Draft<jwt::UserClaims>& user) {
            user.name = "old";
            user.expires = clock.now() - std::chrono::seconds(40);
        });
    support::write_secret(tree.folder() / "old.creds", old.text());
    const std::string file = (tree.folder() / "old.creds").string();
    for (const Words& words : {Words{"--access", "wallyqs"}, Words{"chat.req.access", "wallyqs"}}) {
        Words all{"-s", server.url(), "--creds", file};
        all.insert(all.end(), words.begin(), words.end());
        const Outcome outcome = support::run(support::command("nats-req", all));
        CHECK(outcome.exit_code == 5);
        CHECK_THAT(outcome.err, ContainsSubstring("old.creds expired 4") &&
                                    ContainsSubstring(" s ago, at ") && ContainsSubstring(" UTC: "));
    }
}

TEST_CASE("nats-sub: that its credentials have expired while it listened it says with the time") {
    const support::TrustTree tree;
    const support::NatsServer server(GENERATE(from_range(support::nats_servers())),
                                     {.config = tree.config()});
    const base::SystemClock clock;
    const jwt::Credentials brief =
        tree.credentials(support::new_key(nkeys::Kind::user), [&](jwt::Draft<jwt::UserClaims>& user) {
            user.name = "brief";
            user.expires = clock.now() + std::chrono::seconds(2);
        });
    support::write_secret(tree.folder() / "brief.creds", brief.text());
    support::Process listening(support::command(
        "nats-sub", {"-s", server.url(), "--creds", (tree.folder() / "brief.creds").string(), "news"}));
    listening.wait_for_output("listening on news");
    listening.wait_for_output("brief.creds expired ");
    CHECK_THAT(listening.err(), ContainsSubstring(" s ago, at "));
}

}  // namespace natscreds
