// nats-chat --access: the key and the credentials outlive the chat, and the chat outlives its credentials.
#include <algorithm>
#include <filesystem>
#include <optional>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/base/clock.h>
#include <natscreds/jwt/creds.h>
#include <support/deployment.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/talker.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::eventually;
using support::Outcome;
using support::Process;
using support::Talker;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

/// A deployment, and a home in which chats keep what they asked for.
struct Scene {
    explicit Scene(const support::ServerBinary& binary = support::nats_servers().back(),
                   const std::string& ttl = "1h")
        : chat(binary, 2) {
        chat.start_copy("west", {.root = {}, .more = support::unlimited, .ttl = ttl});
    }

    support::Command as(const std::string& name, const Words& more = {}, const std::string& input = "",
                        const std::string& requester = "requester-0") const {
        Words words{"--plain",
                    "-s",
                    chat.server.url(),
                    "--access",
                    name,
                    "--request-creds",
                    chat.tree.creds(requester),
                    "--channel",
                    "KUBECON"};
        words.insert(words.end(), more.begin(), more.end());
        support::Command made = support::command("nats-chat", words);
        made.input = input;
        made.environment["XDG_STATE_HOME"] = state().string();
        return made;
    }
    std::filesystem::path state() const { return chat.tree.folder() / "state"; }
    std::filesystem::path kept(const std::string& name, const std::string& requester = "requester-0") const {
        return state() / "natscreds" / (name + "." + chat.tree.key(requester).text() + ".creds");
    }
    jwt::Credentials there(const std::string& name) const {
        return jwt::Credentials::load(kept(name)).value();
    }
    /// All that is kept; of one identity its credentials, its curve key, and what it knows of sealed messages.
    std::size_t files() const {
        const std::filesystem::directory_iterator all(state() / "natscreds");
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }
    std::string beside(const std::string& name, const std::string& what) const {
        return (state() / "natscreds" / ("KUBECON." + there(name).key().public_key().text() + what)).string();
    }
    void let_expire(const std::string& name, std::chrono::seconds since = 0s) const {
        const base::Time end = *there(name).user().content.expires;
        REQUIRE(eventually([&] { return base::SystemClock().now() > end + since; }));
    }

    support::Deployment chat;
};

std::filesystem::perms mode(const std::filesystem::path& path) {
    return std::filesystem::status(path).permissions() & std::filesystem::perms::mask;
}

}  // namespace

TEST_CASE(
    "Kept chat: left and begun again it has the same name and key, and does not ask while that is good") {
    const Scene scene(GENERATE(from_range(support::nats_servers())));
    REQUIRE(support::run(scene.as("ringo", {}, "hello")).exit_code == 0);
    const jwt::Credentials first = scene.there("ringo");
    CHECK(mode(scene.kept("ringo")) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK(mode(scene.state() / "natscreds") == std::filesystem::perms::owner_all);
    CHECK(scene.files() == 3);
    CHECK(mode(scene.beside("ringo", ".curve")) == mode(scene.kept("ringo")));

    const Outcome again = support::run(scene.as("ringo", {}, "hello again"));
    CHECK(again.exit_code == 0);
    CHECK(scene.there("ringo").user().token == first.user().token);
}

TEST_CASE("Kept chat: what has expired is asked for again with the same key") {
    const Scene scene(support::nats_servers().back(), "3s");
    REQUIRE(support::run(scene.as("ringo", {}, "hello")).exit_code == 0);
    const jwt::Credentials first = scene.there("ringo");
    scene.let_expire("ringo");
    CHECK(support::run(scene.as("ringo", {}, "hello again")).exit_code == 0);
    CHECK(scene.there("ringo").key().public_key() == first.key().public_key());
    CHECK(scene.there("ringo").user().issued_at > first.user().issued_at);
}

TEST_CASE("Kept chat: two that begin at once with one name share one key, and leave one good file") {
    const Scene scene(support::nats_servers().back(), "3s");
    Talker listener(scene.as("derek"));
    std::optional<Talker> one(std::in_place, scene.as("ringo"));
    std::optional<Talker> other(std::in_place, scene.as("ringo"));
    one->type("the one");
    other->type("the other");
    listener.sees("#KUBECON ringo: the one\n");
    listener.sees("#KUBECON ringo: the other\n");
    const jwt::Credentials first = scene.there("ringo");
    REQUIRE(eventually([&] { return scene.there("ringo").user().issued_at > first.user().issued_at + 4s; }));
    one->type("still the one");
    other->type("still the other");
    listener.sees("#KUBECON ringo: still the one\n");
    listener.sees("#KUBECON ringo: still the other\n");
    CHECK(scene.there("ringo").key().public_key() == first.key().public_key());
    CHECK(scene.files() == 6);
}

TEST_CASE("Kept chat: asleep for three lives it is back within five seconds, by itself, with the same key") {
    const Scene scene(GENERATE(from_range(support::nats_servers())), "3s");
    Talker listener(scene.as("derek"));
    Talker sleeper(scene.as("ringo"));
    listener.sees("* ringo is online\n");
    const jwt::Credentials first = scene.there("ringo");
    support::freeze(sleeper.process().pid());
    scene.let_expire("ringo", 6s);
    sleeper.type("good morning");
    support::thaw(sleeper.process().pid());
    const bool back =
        eventually([&] { return listener.process().out().find("good morning") != std::string::npos; }, 5s);
    CAPTURE(sleeper.process().out(), sleeper.process().err());
    CHECK(back);
    CHECK(scene.there("ringo").key().public_key() == first.key().public_key());
    CHECK_FALSE(scene.there("ringo").user().expired(base::SystemClock().now()));
}

TEST_CASE("Kept chat: --forget removes what is kept for the name, says so, and touches nothing else") {
    const Scene scene;
    for (const std::string name : {"ringo", "ringo-starr"})
        REQUIRE(support::run(scene.as(name, {}, "hello")).exit_code == 0);
    REQUIRE(support::run(scene.as("paul", {}, "hello", "requester-1")).exit_code == 0);
    std::string said;
    for (const std::string& file : {scene.kept("ringo").string(), scene.beside("ringo", ".curve"),
                                    scene.beside("ringo", ".sealed.json")})
        said += "nats-chat: removed " + file + "\n";
    const Outcome forgot = support::run(scene.as("ringo", {"--forget"}));
    CHECK(forgot.exit_code == 0);
    CHECK(forgot.err == said);
    CHECK_FALSE(std::filesystem::exists(scene.kept("ringo")));
    CHECK(scene.files() == 6);
    CHECK_THAT(support::run(scene.as("ringo", {"--forget"})).err,
               ContainsSubstring("nothing is kept for ringo"));
    CHECK_THAT(support::run(scene.as("paul", {"--forget"})).err,
               ContainsSubstring("nothing is kept for paul"));
    CHECK(support::run(support::command("nats-chat", {"--forget"})).exit_code == 2);
}

TEST_CASE("Kept chat: where nothing can be kept it says so, and talks all the same") {
    const Scene scene;
    support::Command command = scene.as("ringo", {}, "hello");
    command.environment["XDG_STATE_HOME"] = "/dev/null/state";
    const Outcome outcome = support::run(command);
    CHECK(outcome.exit_code == 0);
    CHECK_THAT(outcome.err, ContainsSubstring("kept in memory only"));
}

TEST_CASE("Kept chat: what lies there and is none of its own is named, and stays") {
    const Scene scene;
    std::filesystem::create_directories(scene.state() / "natscreds");
    scene.chat.tree.folder().write(
        std::filesystem::relative(scene.kept("ringo"), scene.chat.tree.folder().path()), "precious");
    const Outcome outcome = support::run(scene.as("ringo", {}, "hello"));
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.err, ContainsSubstring("it is no creds file") && ContainsSubstring("--forget"));
    CHECK(support::read_text(scene.kept("ringo")) == "precious");
}

}  // namespace natscreds
