// What an operator types, beside a service that runs: on each ledger, with each server.
#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/vouched_tree.h>

using namespace natscreds;
using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::json;
using support::command;
using support::Outcome;
using Words = std::vector<std::string>;

namespace {

support::ServerBinary each_server() {
    return GENERATE(from_range(support::nats_servers()));
}
support::ServerBinary newest_server() {
    return support::nats_servers().back();
}
std::string each_ledger() {
    return GENERATE("sqlite:names.db", "jetstream:names");
}

/// A service with a ledger that others can use, and an audit.
struct Scene {
    Scene(const support::ServerBinary& binary, const std::string& store)
        : server(binary, {.config = tree.server_config("jetstream { store_dir: \"js\" }\n")}),
          config(policy("west", store)),
          service(command("nats-provisioner", {"-s", server.url(), "--config", config})) {
        service.wait_for_output("serving chat.req.access.*.*");
    }

    [[nodiscard]] std::string policy(const std::string& copy, const std::string& store) const {
        return tree
            .write_policy(copy, {.more = "[ledger]\nstore = \"" + store + "\"\n[audit]\nfile = \"" + copy +
                                         ".jsonl\"\n"})
            .string();
    }
    /// A command of the service's program with the same configuration.
    [[nodiscard]] Outcome tell(Words words) const {
        words.insert(words.begin(), {"-s", server.url(), "--config", config});
        return support::run(command("nats-provisioner", words));
    }
    /// What a command that ends well prints, without --json.
    [[nodiscard]] std::string text(const Words& words) const {
        const Outcome outcome = tell(words);
        INFO(outcome.err);
        REQUIRE(outcome.exit_code == 0);
        return outcome.out;
    }
    [[nodiscard]] Json json(Words words) const {
        words.emplace_back("--json");
        return Json::parse(text(words));
    }
    /// Asks for a name, into the file NAME.USER.creds.
    [[nodiscard]] Outcome take(const std::string& name, const std::string& user = "requester-0") const {
        return support::run(
            command("nats-req", {"-s", server.url(), "--creds", tree.creds(user), "--timeout", "2s",
                                 "--access", name, "-o", file(name + "." + user + ".creds")}));
    }
    /// Asks for a name and keeps nothing, so that the service is asked each time.
    [[nodiscard]] Outcome want(const std::string& name) const {
        return support::run(command("nats-req", {"-s", server.url(), "--creds", tree.creds("requester-0"),
                                                 "--timeout", "2s", "--access", name}));
    }
    [[nodiscard]] std::string file(const std::string& name) const { return (tree.folder() / name).string(); }

    support::VouchedTree tree;
    support::NatsServer server;
    std::string config;
    support::Process service;
};

}  // namespace

TEST_CASE("Operations: names are listed and shown while the service runs") {
    const Scene scene(each_server(), each_ledger());
    REQUIRE(scene.take("wallyqs").exit_code == 0);
    REQUIRE(scene.take("derek", "requester-1").exit_code == 0);
    const Json names = scene.json({"names", "list"});
    REQUIRE(names.size() == 2);
    CHECK(names[0].at("name") == "derek");
    CHECK(names[1].at("state") == "held");
    CHECK_THAT(scene.text({"names", "list"}), ContainsSubstring("| wallyqs | held  |"));
    const std::string first = scene.tree.key("requester-0").text();
    CHECK(scene.json({"names", "list", "--owner", first}).size() == 1);
    CHECK(scene.json({"names", "list", "--expiring", "2h"}).size() == 2);
    CHECK(scene.json({"names", "list", "--expiring", "30m"}).empty());
    CHECK(scene.json({"names", "list", "--role", "admin"}).empty());

    const Json shown = scene.json({"names", "show", "wallyqs"});
    CHECK(shown.at("owner") == "requester:" + scene.tree.account().text() + "/" + first);
    CHECK(shown.at("holders").size() == 1);
    CHECK_THAT(scene.text({"names", "show", "wallyqs"}), ContainsSubstring("Name wallyqs"));
    const Outcome unknown = scene.tell({"names", "show", "ivan"});
    CHECK(unknown.exit_code == 1);
    CHECK_THAT(unknown.err, ContainsSubstring("ivan"));
    CHECK(scene.tell({"names", "show", "Wally QS"}).exit_code == 2);
    CHECK(scene.tell({"names", "list", "--owner", "nobody"}).exit_code == 1);
    CHECK(scene.tell({"names", "list", "--expiring", "never"}).exit_code == 2);
    CHECK(scene.tell({"names"}).exit_code == 2);
}

TEST_CASE("Operations: a denial with an end ends by itself, and the list says who made it") {
    const Scene scene(newest_server(), each_ledger());
    const Outcome denied = scene.tell({"deny", "name", "wallyqs", "--until", "1h"});
    REQUIRE(denied.exit_code == 0);
    CHECK_THAT(denied.err, ContainsSubstring("denied: name wallyqs, until "));
    REQUIRE(support::eventually([&] { return scene.want("wallyqs").exit_code == 1; }));
    REQUIRE(scene.tell({"deny", "name", "ivan"}).exit_code == 0);
    const Json denials = scene.json({"denials", "list"});
    REQUIRE(denials.size() == 2);
    CHECK(denials[0].at("value") == "ivan");
    CHECK_FALSE(denials[0].contains("until"));
    // The time is counted from when the command line was read.
    const auto stretch = denials[1].at("until").get<std::int64_t>() - denials[1].at("at").get<std::int64_t>();
    CHECK((stretch > 3500 && stretch <= 3600));
    CHECK_THAT(denials[1].at("by").get<std::string>(), ContainsSubstring("@"));
    CHECK_THAT(scene.text({"denials", "list"}), ContainsSubstring("| name | wallyqs |"));

    CHECK(scene.tell({"deny", "name", "wallyqs", "--until", "2020-01-01"}).exit_code == 2);
    CHECK(scene.tell({"deny", "name", "wallyqs", "--until", "0"}).exit_code == 2);
    REQUIRE(scene.tell({"allow", "name", "wallyqs"}).exit_code == 0);
    CHECK(support::eventually([&] { return scene.take("wallyqs").exit_code == 0; }));
}

TEST_CASE("Operations: a requester that is added with roles has these and no others, at once") {
    const Scene scene(newest_server(), each_ledger());
    const std::string key = scene.tree.key("requester-0").text();
    REQUIRE(scene.tell({"requesters", "add", "ann", "--key", key, "--role", "admin"}).exit_code == 0);
    CHECK(scene.json({"requesters", "list"}) ==
          Json::array({{{"name", "ann"}, {"key", key}, {"roles", {"admin"}}, {"in", "ledger"}}}));
    Outcome refused{};
    CHECK(support::eventually([&] { return (refused = scene.want("wallyqs")).exit_code == 1; }));
    CHECK_THAT(refused.err, ContainsSubstring("role_denied"));
    CHECK_THAT(scene.tell({"requesters", "add", "bob", "--key", key}).err, ContainsSubstring("bob"));
    CHECK(scene.tell({"requesters", "add", "bob", "--key", key}).exit_code == 1);
    CHECK(scene.tell({"requesters", "add", "bob", "--key", "UNO"}).exit_code == 2);
    CHECK(scene.tell({"requesters", "add", "bob"}).exit_code == 2);

    REQUIRE(scene.tell({"requesters", "remove", "ann"}).exit_code == 0);
    CHECK(support::eventually([&] { return scene.take("wallyqs").exit_code == 0; }));
    REQUIRE(scene.tell({"requesters", "add", "ann", "--key", key}).exit_code == 0);
    CHECK_THAT(scene.text({"names", "list", "--owner", "ann"}), ContainsSubstring("| ann "));
}

TEST_CASE("Operations: a ledger in memory is nobody else's to look at") {
    const support::VouchedTree tree;
    const Outcome outcome = support::run(
        command("nats-provisioner", {"--config", tree.write_policy("west", {}).string(), "names", "list"}));
    CHECK(outcome.exit_code == 1);
    CHECK_THAT(outcome.err, ContainsSubstring("in memory"));
}
