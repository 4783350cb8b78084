#include <csignal>
#include <filesystem>
#include <optional>

#include <support/connect_anybody.h>
#include <support/deployment.h>
#include <support/issuing_service.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/trust_tree.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/bus/connection.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::command;
using support::IssuingService;
using support::NatsServer;
using support::Outcome;
using support::Process;
using namespace std::chrono_literals;
using bus::Connection;
using Words = std::vector<std::string>;

jwt::Token token_in(const std::filesystem::path& file) {
    return jwt::Credentials::load(file).value().user().token;
}

constexpr auto owner_only = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

TEST_CASE(
    "nats-req --keep-renewed: the file is rewritten before its end, also past a server that was killed") {
    const support::TrustTree tree;
    const auto binary = GENERATE(from_range(support::nats_servers()));
    std::optional<NatsServer> server(std::in_place, binary, support::ServerSetup{.config = tree.config()});
    const std::string url = server->url();
    const IssuingService service({.server = url, .tree = tree, .life = 4s});
    const std::filesystem::path file = tree.folder() / "my.creds";
    Process keeping(command("nats-req", {"-s", url, "--creds", tree.requester_creds(), "--access", "wallyqs",
                                         "-o", file.string(), "--keep-renewed"}));

    keeping.wait_for_output("keeping " + file.string() + " renewed");
    const jwt::Token first = token_in(file);
    Process beside(
        {.argv = {support::program("nats-sub"), "-s", url, "--creds", file.string(), "--raw", "news"}});
    beside.wait_for_output("listening on news");
    keeping.wait_for_output("my.creds is renewed until");
    const jwt::Token second = token_in(file);
    kill(server->pid(), SIGKILL);
    server.reset();
    keeping.wait_for_output("not renewed yet: ");
    server.emplace(binary, support::ServerSetup{.config = tree.config(),
                                                .arguments = {"-p", url.substr(url.rfind(':') + 1)}});
    const bool again = support::eventually([&] { return token_in(file) != second; });

    CHECK(first != second);
    CHECK(again);
    CHECK((std::filesystem::status(file).permissions() & std::filesystem::perms::mask) == owner_only);
    // What the other program began with has ended by now.
    Connection speaker = support::connect_anybody(tree, url);
    CHECK(support::eventually(
        [&] { return speaker.publish("news", "late") && beside.out().find("late") != std::string::npos; }));
    keeping.signal(SIGTERM);
    const Outcome ended = keeping.wait();
    CHECK(ended.exit_code == 0);
    CHECK(ended.out.empty());
}

TEST_CASE("nats-req --keep-renewed: alone it keeps the file of --creds, and says 1 when it is denied more") {
    const support::TrustTree tree;
    const NatsServer server(support::nats_servers().back(), {.config = tree.config()});
    IssuingService service({.server = server.url(), .tree = tree, .life = 3s});
    const std::string file = (tree.folder() / "my.creds").string();
    REQUIRE(support::run(command("nats-req", {"-s", server.url(), "--creds", tree.requester_creds(),
                                              "--access", "wallyqs", "-o", file}))
                .exit_code == 0);
    service.refuse_with(access::Refusal{.error = {access::Reason::denied, "wallyqs is denied"}});
    const jwt::Token first = token_in(file);

    const Outcome ended =
        support::run(command("nats-req", {"-s", server.url(), "--creds", file, "--keep-renewed"}));

    CHECK(ended.exit_code == 1);
    CHECK(ended.out.empty());
    CHECK_THAT(ended.err, ContainsSubstring("refused, which waiting does not change: ") &&
                              ContainsSubstring("my.creds: wallyqs is denied: denied"));
    CHECK(token_in(file) == first);
}

TEST_CASE(
    "nats-req --keep-renewed: nobody is without credentials while the service is away for half of a life, or "
    "for "
    "nine tenths of it") {
    const double back_at = GENERATE(0.5, 0.9);
    support::Deployment chat(support::nats_servers().back(), 1);
    const support::VouchedTree::Policy policy{.root = {}, .more = {}, .ttl = "30s"};
    Process& service = chat.start_copy("west", policy);
    const std::string file = (chat.tree.folder() / "my.creds").string();
    Process keeping(command("nats-req", {"-s", chat.server.url(), "--creds", chat.tree.creds("requester-0"),
                                         "--access", "wallyqs", "-o", file, "--keep-renewed"}));
    keeping.wait_for_output("keeping " + file + " renewed");
    const auto first = jwt::Credentials::load(file).value();
    CHECK(service.stop().exit_code == 0);

    const base::SystemClock clock;
    bool lived = true;
    const auto part_is_over = [&](double part) {
        const auto there = jwt::Credentials::load(file);
        lived = lived && there && !there->user().expired(clock.now());
        return static_cast<double>((clock.now() - first.user().issued_at).count()) >= 30 * part;
    };
    CHECK(support::eventually([&] { return part_is_over(back_at); }, 2 * support::default_timeout));
    CHECK((keeping.err().find("not renewed yet: ") != std::string::npos) == (back_at == 0.9));
    (void)chat.start_copy("west", policy);
    const bool renewed = support::eventually([&] {
        (void)part_is_over(1);
        return token_in(file) != first.user().token;
    });
    CHECK(renewed);
    CHECK(lived);
    CHECK(keeping.running());
    keeping.signal(SIGTERM);
    CHECK(keeping.wait().exit_code == 0);
}

TEST_CASE("nats-req --keep-renewed: without a file to keep it is a mistake") {
    for (const Words& words : {Words{"--keep-renewed"}, Words{"--access", "wallyqs", "--keep-renewed"},
                               Words{"--creds", "a", "-o", "b", "--keep-renewed"}}) {
        const Outcome outcome = support::run(command("nats-req", words));
        CHECK(outcome.exit_code == 2);
        CHECK_THAT(outcome.err, ContainsSubstring("--keep-renewed") && ContainsSubstring("\nhint: "));
    }
}

TEST_CASE("nats-req --identity: the proof is sent, and with each renewal what its file holds by then") {
    const support::TrustTree tree;
    const NatsServer server(support::nats_servers().back(), {.config = tree.config()});
    IssuingService service({.server = server.url(), .tree = tree, .life = 3s});
    const std::string proof = tree.folder().write("proof", "e.y.J\n").string();
    const std::string file = (tree.folder() / "my.creds").string();
    Process keeping(
        command("nats-req", {"-s", server.url(), "--creds", tree.requester_creds(), "--access", "wallyqs",
                             "-o", file, "--identity", "kubernetes=" + proof, "--keep-renewed"}));
    keeping.wait_for_output("keeping " + file + " renewed");
    tree.folder().write("proof", "f.r.esh\n");
    keeping.wait_for_output("my.creds is renewed until");
    const std::vector<std::string> proofs = service.proofs();
    CHECK(proofs.front() == "e.y.J");
    CHECK(proofs.back() == "f.r.esh");
    std::filesystem::remove(proof);
    keeping.wait_for_output("not renewed yet: " + proof);
}

TEST_CASE(
    "nats-req --identity: what is not KIND=FILE, or a file that is not there, is an error that says so") {
    const support::TrustTree tree;
    const NatsServer server(support::nats_servers().back(), {.config = tree.config()});
    const auto ask_with = [&](const std::string& identity) {
        return support::run(command("nats-req", {"-s", server.url(), "--creds", tree.requester_creds(),
                                                 "--access", "wallyqs", "--identity", identity}));
    };
    CHECK(ask_with("kubernetes").exit_code == 2);
    const Outcome absent = ask_with("kubernetes=/nowhere/token");
    CHECK(absent.exit_code != 0);
    CHECK_THAT(absent.err, ContainsSubstring("/nowhere/token"));
}

}  // namespace
}  // namespace natscreds
