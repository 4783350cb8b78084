// What an operator types, beside a service that runs: on each ledger, with each server.
#include <atomic>
#include <chrono>
#include <set>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <natscreds/bus/connection.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/jwt/permissions.h>
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
    Scene(const support::ServerBinary& binary, const std::string& store, const std::string& more = "")
        : server(binary, {.config = tree.server_config("jetstream { store_dir: \"js\" }\n")}),
          config(policy("west", store, more)),
          service(command("nats-provisioner", {"-s", server.url(), "--config", config})) {
        service.wait_for_output("serving chat.req.access.*.*");
    }

    [[nodiscard]] std::string policy(const std::string& copy, const std::string& store,
                                     const std::string& more = "") const {
        return tree
            .write_policy(copy, {.more = more + "[ledger]\nstore = \"" + store + "\"\n[audit]\nfile = \"" +
                                         copy + ".jsonl\"\n"})
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
    [[nodiscard]] Outcome take_into(const std::string& kept, const std::string& name) const {
        return support::run(command("nats-req", {"-s", server.url(), "--creds", tree.creds("requester-0"),
                                                 "--timeout", "2s", "--access", name, "-o", file(kept)}));
    }
    /// Operations in a copy's audit.
    [[nodiscard]] std::vector<Json> audited(const std::string& copy = "west") const {
        std::vector<Json> operations;
        std::istringstream lines(support::read_text(file(copy + ".jsonl")));
        for (std::string line; std::getline(lines, line);) {
            Json record = Json::parse(line);
            if (record.at("event") == "operation") operations.push_back(std::move(record));
        }
        return operations;
    }
    [[nodiscard]] std::string file(const std::string& name) const { return (tree.folder() / name).string(); }

    support::VouchedTree tree;
    support::NatsServer server;
    std::string config;
    support::Process service;
};

/// A client that stays connected, and comes back when it is cut off.
class Client {
  public:
    Client(const Scene& scene, const std::string& creds)
        : connection_(
              bus::Connection::open(
                  options(scene, creds),
                  {.disconnected = [this] { ++cut_off_; }, .reconnected = {}, .closed = {}, .error = {}})
                  .value()) {}

    [[nodiscard]] int cut_off() const { return cut_off_; }

  private:
    static bus::ConnectionOptions options(const Scene& scene, const std::string& creds) {
        bus::ConnectionOptions options;
        options.servers = {scene.server.url()};
        options.credentials = jwt::Credentials::load(scene.file(creds)).value();
        return options;
    }

    std::atomic<int> cut_off_ = 0;
    bus::Connection connection_;
};

bool ends_connections(const support::ServerBinary& server) {
    return !server.version.starts_with("2.9.");
}

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

TEST_CASE(
    "Operations: a name that is released is another's to take, and one that is transferred its new owner's") {
    const Scene scene(newest_server(), each_ledger());
    REQUIRE(scene.take("wallyqs").exit_code == 0);
    CHECK(scene.take("wallyqs", "requester-1").exit_code == 1);
    const Outcome released = scene.tell({"names", "release", "wallyqs"});
    REQUIRE(released.exit_code == 0);
    CHECK_THAT(released.err, ContainsSubstring("released: name wallyqs, which was requester:") &&
                                 ContainsSubstring("can be used until") &&
                                 ContainsSubstring("nsctl revocations add-user -a KUBECON -u U"));
    CHECK(support::eventually([&] { return scene.take("wallyqs", "requester-1").exit_code == 0; }));

    const std::string next = scene.tree.key("requester-2").text();
    REQUIRE(scene.tell({"requesters", "add", "carl", "--key", next}).exit_code == 0);
    REQUIRE(scene.tell({"names", "transfer", "wallyqs", "--to", "carl"}).exit_code == 0);
    CHECK(support::eventually([&] { return scene.take("wallyqs", "requester-2").exit_code == 0; }));
    CHECK_THAT(scene.take_into("again.creds", "wallyqs").err, ContainsSubstring("name_taken"));
    CHECK(scene.json({"names", "list", "--owner", "carl"}).size() == 1);
    CHECK(scene.tell({"names", "release", "nobody"}).exit_code == 1);
    CHECK(scene.tell({"names", "transfer", "wallyqs", "--to", "nobody"}).exit_code == 1);
    CHECK(scene.tell({"names", "transfer", "wallyqs"}).exit_code == 2);
}

TEST_CASE("Operations: what an operator does is in the audit once, with who did it") {
    Scene scene(each_server(), each_ledger());
    REQUIRE(scene.take("wallyqs").exit_code == 0);
    REQUIRE(scene.tell({"deny", "name", "wallyqs", "--until", "1h"}).exit_code == 0);
    const Outcome released = scene.tell({"names", "release", "wallyqs"});
    REQUIRE(released.exit_code == 0);
    CHECK(released.err.find("no service") == std::string::npos);
    const auto operations = scene.audited();
    REQUIRE(operations.size() == 2);
    CHECK(operations[0].at("operation") == "deny");
    CHECK_THAT(operations[0].at("whom").get<std::string>(), ContainsSubstring("name wallyqs, until "));
    CHECK_THAT(operations[0].at("by").get<std::string>(), ContainsSubstring("@"));
    CHECK(operations[1].at("operation") == "names release");
    CHECK(operations[0].at("id") != operations[1].at("id"));

    // A bucket's service has to be there for the bucket alone; one that ends leaves what is done to the next.
    (void)scene.service.stop();
    CHECK_THAT(scene.tell({"allow", "name", "wallyqs"}).err,
               ContainsSubstring("no service has this in its audit yet"));
    CHECK(scene.audited().size() == 2);
    support::Process next(command("nats-provisioner", {"-s", scene.server.url(), "--config", scene.config}));
    next.wait_for_output("operation by ");
    CHECK(support::eventually([&] { return scene.audited().size() == 3; }));
    CHECK(scene.tell({"audit", "verify"}).exit_code == 0);
}

TEST_CASE("Operations: of two copies that share a bucket one audits each operation") {
    const Scene scene(each_server(), "jetstream:names");
    support::Process east(command(
        "nats-provisioner", {"-s", scene.server.url(), "--config", scene.policy("east", "jetstream:names")}));
    east.wait_for_output("serving chat.req.access.*.*");
    std::set<std::string> ids;
    for (const std::string name : {"ann", "bob", "carl", "derek", "ivan", "judy"})
        CHECK(scene.tell({"deny", "name", name}).err.find("no service") == std::string::npos);
    for (const std::string copy : {"west", "east"})
        for (const Json& operation : scene.audited(copy))
            CHECK(ids.insert(operation.at("id")).second);
    CHECK(ids.size() == 6);
}

TEST_CASE(
    "Operations: what is revoked is denied and superseded, and its connections end within two seconds") {
    const support::ServerBinary binary = each_server();
    const Scene scene(binary, each_ledger(), "[system]\ncreds = \"sys.creds\"\n");
    REQUIRE(scene.take("derek", "requester-3").exit_code == 0);
    const Client derek(scene, "derek.requester-3.creds");
    const std::vector<std::string> kinds{"name", "key", "requester"};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const std::string name = "wally" + std::to_string(i);
        const std::string requester = "requester-" + std::to_string(i);
        REQUIRE(scene.take(name, requester).exit_code == 0);
        const Client wally(scene, name + "." + requester + ".creds");
        const std::string key = scene.json({"names", "show", name}).at("holders")[0].at("key");
        const std::string whom = i == 0 ? name : i == 1 ? key : scene.tree.key(requester).text();
        const Outcome revoked = scene.tell({"revoke", kinds[i], whom});
        INFO(revoked.err << scene.service.err());
        REQUIRE(revoked.exit_code == 0);
        CHECK_THAT(revoked.err, ContainsSubstring("denied: " + kinds[i] + " ") &&
                                    ContainsSubstring("the credentials of " + key + " can be used until ") &&
                                    ContainsSubstring("nsctl revocations add-user -a KUBECON -u " + key));
        if (ends_connections(binary)) {
            CHECK_THAT(revoked.err, ContainsSubstring("connections ended: 1"));
            CHECK(support::eventually([&] { return wally.cut_off() > 0; }, std::chrono::seconds(2)));
        } else {
            CHECK_THAT(revoked.err, ContainsSubstring("(" + binary.version + ") cannot end connections"));
            CHECK(wally.cut_off() == 0);
        }
        CHECK(scene.json({"names", "show", name}).at("holders").empty());
        CHECK(scene.audited().back().at("operation") == "revoke");
        CHECK(scene.json({"denials", "list"}).size() == i + 1);
    }
    CHECK(derek.cut_off() == 0);
    CHECK(scene.json({"names", "show", "derek"}).at("holders").size() == 1);
}

TEST_CASE("Operations: a user of [system] that may not ask ends nothing, and the rest is done") {
    const Scene scene(newest_server(), "sqlite:names.db");
    REQUIRE(scene.take("wallyqs").exit_code == 0);
    const std::string other =
        scene.policy("other", "sqlite:names.db", "[system]\ncreds = \"requester-3.creds\"\n");
    const Outcome revoked = support::run(command(
        "nats-provisioner", {"-s", scene.server.url(), "--config", other, "revoke", "name", "wallyqs"}));
    CHECK(revoked.exit_code == 0);
    CHECK_THAT(revoked.err,
               ContainsSubstring("warning: connections go on") && ContainsSubstring("denied: name wallyqs"));
    CHECK(scene.json({"names", "show", "wallyqs"}).at("holders").empty());
}

TEST_CASE("Operations: a key that is replaced loses its connections at once, where servers can end them") {
    const support::ServerBinary binary = each_server();
    const Scene scene(binary, "sqlite:names.db", "[system]\ncreds = \"sys.creds\"\n");
    REQUIRE(scene.take_into("first.creds", "wallyqs").exit_code == 0);
    const Client first(scene, "first.creds");
    REQUIRE(scene.take_into("second.creds", "wallyqs").exit_code == 0);
    if (ends_connections(binary)) {
        CHECK(support::eventually([&] { return first.cut_off() > 0; }));
    } else {
        CHECK(support::eventually(
            [&] { return scene.service.err().find("ends no connections") != std::string::npos; }));
        CHECK(first.cut_off() == 0);
    }
}

TEST_CASE(
    "Operations: where nothing may be noted, as before an upgrade, who is denied is, and nobody allowed") {
    Scene scene(newest_server(), "jetstream:names");
    REQUIRE(scene.tell({"deny", "name", "ivan"}).exit_code == 0);
    jwt::Permissions as_before;
    as_before.pub.deny = {"$KV.names.operation.*", "$KV.names.requester.*"};
    scene.tree.replace_service_user(as_before);
    const Outcome denied = scene.tell({"deny", "name", "wallyqs"});
    CHECK(denied.exit_code == 0);
    CHECK_THAT(denied.err, ContainsSubstring("warning: this is in no audit") &&
                               ContainsSubstring("denied: name wallyqs"));
    CHECK(scene.tell({"allow", "name", "ivan"}).exit_code != 0);
    CHECK(scene.json({"denials", "list"}).size() == 2);
    const Outcome checked = scene.tell({"--check"});
    CHECK(checked.exit_code == 0);
    CHECK_THAT(checked.err, ContainsSubstring("publishing to $KV.names.operation.*") &&
                                ContainsSubstring("publishing to $KV.names.requester.*"));
}
