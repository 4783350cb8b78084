// A service that issues for more than one account: a role may have one of its own.
#include <csignal>
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/access/client.h>
#include <natscreds/jwt/creds.h>
#include <support/deployment.h>
#include <support/eventually.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/test_data.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::command;
using support::Outcome;
using support::Process;
using Words = std::vector<std::string>;

constexpr const char* orders_role =
    "[roles.orders]\naccount = \"ORDERS.jwt\"\nsigning_key = \"orders.nk\"\nttl = \"6s\"\nrenewable = true\n"
    "publish = [\"orders.>\", \"chat.req.renew.{{subject()}}\"]\n"
    "subscribe = [\"_INBOX_.{{subject()}}.>\", \"orders.>\"]\n"
    "default_name = \"{{requester}}-orders\"\n";

/// A deployment with a role for ORDERS beside that for KUBECON, and requester-0 listed as ann.
struct Scene {
    explicit Scene(const support::ServerBinary& binary = support::nats_servers().back())
        : chat(binary, 2), service(chat.start_copy("west", {.root = {}, .more = more(), .ttl = "1h"})) {}

    [[nodiscard]] std::string more() const {
        return support::unlimited + support::audited("west") + orders_role + "[requesters.ann]\nkey = \"" +
               chat.tree.key("requester-0").text() + "\"\n";
    }
    [[nodiscard]] std::string file(const std::string& name) const {
        return (chat.tree.folder() / (name + ".creds")).string();
    }
    [[nodiscard]] Outcome ask(int requester, const Words& more) const {
        Words words{"-s", chat.server.url(), "--creds",
                    chat.tree.creds("requester-" + std::to_string(requester))};
        words.insert(words.end(), more.begin(), more.end());
        return support::run(command("nats-req", words));
    }
    [[nodiscard]] Words orders(const Words& name, const std::string& file) const {
        Words words{"--role", "orders", "--expect-account", chat.tree.orders().text(), "-o", file};
        words.insert(words.begin(), name.begin(), name.end());
        return words;
    }

    support::Deployment chat;
    Process& service;
};

std::string account_in(const std::string& file) {
    return access::account_of(jwt::Credentials::load(file).value().user()).value().text();
}

}  // namespace

TEST_CASE("Accounts of roles: one name is another one in each account, and users of both accounts connect") {
    const Scene scene(GENERATE(from_range(support::nats_servers())));
    REQUIRE(scene.ask(0, {"--access", "wallyqs", "-o", scene.file("chat")}).exit_code == 0);
    REQUIRE(scene.ask(1, scene.orders({"--access", "wallyqs"}, scene.file("orders"))).exit_code == 0);
    CHECK(account_in(scene.file("chat")) == scene.chat.tree.account().text());
    CHECK(account_in(scene.file("orders")) == scene.chat.tree.orders().text());

    const Outcome taken = scene.ask(0, scene.orders({"--access", "wallyqs"}, scene.file("another")));
    CHECK(taken.exit_code == 1);
    CHECK_THAT(taken.err, ContainsSubstring("name_taken"));
    const Outcome sent = support::run(command(
        "nats-pub", {"-s", scene.chat.server.url(), "--creds", scene.file("orders"), "orders.new", "tea"}));
    CHECK(sent.exit_code == 0);
    CHECK_THAT(support::read_text(scene.chat.tree.folder() / "west.jsonl"),
               ContainsSubstring("\"issuer_account\":\"" + scene.chat.tree.orders().text()));
}

TEST_CASE("Accounts of roles: without --expect-account credentials for another account are not taken") {
    const Scene scene;
    const Outcome outcome =
        scene.ask(1, {"--access", "wallyqs", "--role", "orders", "-o", scene.file("mine")});
    CHECK(outcome.exit_code == 6);
    CHECK_THAT(outcome.err, ContainsSubstring("--expect-account " + scene.chat.tree.orders().text()));
    CHECK_FALSE(std::filesystem::exists(scene.file("mine")));
}

TEST_CASE("Accounts of roles: what is issued in the other account is renewed from there") {
    const Scene scene(GENERATE(from_range(support::nats_servers())));
    const std::string file = scene.file("orders");
    REQUIRE(scene.ask(1, scene.orders({"--access", "wallyqs"}, file)).exit_code == 0);
    const std::string first = support::read_text(file);
    Process keeping(command("nats-req", {"-s", scene.chat.server.url(), "--creds", file, "--keep-renewed"}));
    CHECK(support::eventually([&] { return support::read_text(file) != first; }));
    keeping.signal(SIGTERM);
    CHECK(keeping.wait().exit_code == 0);
    CHECK(account_in(file) == scene.chat.tree.orders().text());
}

TEST_CASE("Accounts of roles: --default-name gets the name that the role has for who asks, and keeps it") {
    const Scene scene;
    const std::string file = scene.file("ann");
    const Outcome outcome = scene.ask(0, scene.orders({"--default-name"}, file));
    REQUIRE(outcome.exit_code == 0);
    CHECK_THAT(outcome.err, ContainsSubstring("ann-orders has the role orders"));
    CHECK(jwt::Credentials::load(file).value().user().content.name == "ann-orders");
    CHECK_THAT(scene.ask(0, scene.orders({"--default-name"}, file)).err,
               ContainsSubstring("nothing was asked"));
    CHECK(scene.ask(0, scene.orders({"--default-name", "--fresh"}, file)).exit_code == 0);

    const Outcome unlisted = scene.ask(1, scene.orders({"--default-name"}, scene.file("bob")));
    CHECK(unlisted.exit_code == 1);
    CHECK_THAT(unlisted.err, ContainsSubstring("role_denied"));
    const Outcome both = scene.ask(0, {"--default-name", "--access", "ann"});
    CHECK(both.exit_code == 2);
    CHECK_THAT(both.err, ContainsSubstring("exclude each other"));
}

TEST_CASE("Accounts of roles: --check says which account each role is of, and one whose users cannot renew") {
    const support::VouchedTree tree(1);
    const auto check = [&](const std::string& name, const std::string& role) {
        const std::string file = tree.write_policy(name, {.root = {}, .more = role, .ttl = "1h"}).string();
        return support::run(command("nats-provisioner", {"--config", file, "--check"}));
    };
    const Outcome good = check("good", orders_role);
    CHECK(good.exit_code == 0);
    CHECK_THAT(good.out,
               ContainsSubstring("ready to issue the role orders of account " + tree.orders().text()));
    std::string stranger = orders_role;
    stranger.replace(stranger.find("ORDERS.jwt"), 10, "STRANGER.jwt");
    CHECK_THAT(check("other", stranger).err, ContainsSubstring("signing key"));
    std::string missing = orders_role;
    missing.replace(missing.find("ORDERS.jwt"), 10, "NOWHERE.jwt");
    CHECK_THAT(check("missing", missing).err, ContainsSubstring("NOWHERE.jwt"));
}

}  // namespace natscreds
