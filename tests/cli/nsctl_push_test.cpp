// `nsctl push` against real servers: what arrives, what is refused, and what a reload does to it.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/bus/connection.h>
#include <support/nats_server.h>
#include <support/occurrences.h>

#include "nsctl_shell.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;
using support::count;

namespace {

/// An operator with system account, and account A with user u.
class TreeShell : public Shell {
  public:
    TreeShell() {
        (void)out(
            "nsctl add operator KO --sys && nsctl add account A && nsctl add user u && nsctl add account B");
    }

    [[nodiscard]] std::filesystem::path config(const std::string& resolver) const {
        (void)out("nsctl generate config --" + resolver + "-resolver --config-file " + resolver + ".conf");
        return folder / (resolver + ".conf");
    }

    [[nodiscard]] support::Outcome push(const support::NatsServer& server, const std::string& options) const {
        return (*this)("nsctl push --timeout 10 -u " + server.url() + " " + options);
    }

    /// Whether the server lets user u in.
    [[nodiscard]] bool lets_in(const support::NatsServer& server) const {
        bus::ConnectionOptions options;
        options.servers = {server.url()};
        options.credentials = jwt::Credentials::load(folder / "nsc/nkeys/creds/KO/A/u.creds").value();
        return bus::Connection::open(std::move(options)).has_value();
    }
};

support::ServerBinary each_server() {
    return GENERATE(from_range(support::nats_servers()));
}

support::ServerBinary newest_server() {
    return support::nats_servers().back();
}

/// Where other servers of the cluster find this one.
std::string route_of(const support::NatsServer& server) {
    const std::string ports =
        support::read_text(server.folder() / ("nats-server_" + std::to_string(server.pid()) + ".ports"));
    const std::size_t begin = ports.find("127.0.0.1:", ports.find("cluster"));
    return "nats-route://" + ports.substr(begin, ports.find('"', begin) - begin);
}

std::string clustered(const std::string& config, const std::string& routes) {
    return config + "\ncluster { name: c, listen: \"127.0.0.1:-1\", routes: [" + routes + "] }\n";
}

}  // namespace

TEST_CASE("push: both servers of a cluster with full resolvers take the accounts, and say so") {
    const support::ServerBinary binary = each_server();
    CAPTURE(binary);
    const TreeShell shell;
    const std::string config = support::read_text(shell.config("nats"));
    const support::NatsServer first(binary, {.config = clustered(config, "")});
    const support::NatsServer second(binary, {.config = clustered(config, '"' + route_of(first) + '"')});
    REQUIRE(support::eventually(
        [&] { return contains(first.log() + second.log(), "Route connection created"); }));
    REQUIRE_FALSE(shell.lets_in(second));

    support::Outcome pushed{};
    // The servers hear of each other some time after their route is there.
    REQUIRE(support::eventually([&] {
        pushed = shell.push(first, "--all");
        return count(pushed.out, "updated") == 6;
    }));
    REQUIRE(pushed.exit_code == 0);
    REQUIRE(pushed.err.empty());
    REQUIRE(shell.lets_in(first));
    REQUIRE(shell.lets_in(second));

    (void)shell.out("nsctl revocations add-user -a A -n u");
    const support::Outcome compared = shell.push(second, "-a A --diff");
    REQUIRE(compared.exit_code == 0);
    REQUIRE(contains(compared.out, "nats.revocations.U"));
    REQUIRE(contains(compared.out, "differs"));
    REQUIRE(shell.push(second, "-a A").exit_code == 0);
    REQUIRE_FALSE(shell.lets_in(first));
    REQUIRE_FALSE(shell.lets_in(second));
    REQUIRE(contains(shell.push(first, "-a A --diff").out, "the same"));
}

TEST_CASE("push: where neither -u nor the operator names a server it is NATS_URL's, and otherwise not") {
    const TreeShell shell;
    const support::NatsServer server(newest_server(), {.config_file = shell.config("nats")});
    const std::string push = "nsctl push -a A --timeout 10";
    const support::Outcome nowhere = shell(push);
    CHECK(nowhere.exit_code == 1);
    CHECK(contains(nowhere.err, "NATS_URL"));
    (void)shell.out("NATS_URL=nats://127.0.0.1:1," + server.url() + " " + push);
    CHECK(shell("NATS_URL=" + server.url() + " " + push + " -u nats://127.0.0.1:1").exit_code == 1);
    (void)shell.out("nsctl edit operator --account-jwt-server-url nats://127.0.0.1:1");
    CHECK(shell("NATS_URL=" + server.url() + " " + push).exit_code == 1);
}

TEST_CASE(
    "push: a server that does not answer is waited for once and named, and the others have the account") {
    const TreeShell shell;
    const std::string config = support::read_text(shell.config("nats"));
    const support::NatsServer first(newest_server(), {.config = clustered(config, "")});
    const support::NatsServer second(newest_server(),
                                     {.config = clustered(config, '"' + route_of(first) + '"')});
    REQUIRE(support::eventually([&] { return count(shell.push(first, "-a A").out, "updated") == 2; }));
    support::freeze(second.pid());
    const auto start = std::chrono::steady_clock::now();
    const support::Outcome pushed = shell("nsctl push -a A --timeout 2 -u " + first.url());
    const auto taken = std::chrono::steady_clock::now() - start;
    support::thaw(second.pid());
    CAPTURE(pushed.out, pushed.err);
    REQUIRE(pushed.exit_code == 1);
    REQUIRE(count(pushed.out, "updated") == 1);
    REQUIRE(contains(pushed.out, "| no answer "));
    REQUIRE_FALSE(contains(pushed.out, "(ended, or cut off)"));
    REQUIRE(taken >= std::chrono::seconds(2));
    REQUIRE(taken < std::chrono::seconds(4));
}

TEST_CASE("push: with a memory resolver a revocation counts at once, and with --config-file after a reload") {
    const support::ServerBinary binary = each_server();
    CAPTURE(binary);
    const TreeShell shell;
    support::NatsServer server(binary, {.config_file = shell.config("mem")});
    REQUIRE(shell.lets_in(server));
    (void)shell.out("nsctl revocations add-user -a A -n u");
    const support::Outcome pushed = shell.push(server, "-a A");
    REQUIRE(pushed.exit_code == 0);
    REQUIRE(contains(pushed.out, "updated"));
    REQUIRE(contains(pushed.err, "the next reload (SIGHUP) or restart brings back"));
    REQUIRE_FALSE(shell.lets_in(server));

    const support::Outcome kept = shell.push(server, "-a A --config-file mem.conf");
    REQUIRE(kept.exit_code == 0);
    REQUIRE(contains(kept.err, "rewrote the resolver_preload of `mem.conf`"));
    server.reload();
    REQUIRE_FALSE(shell.lets_in(server));
}

TEST_CASE("push: with a memory resolver an account that is not in use does not arrive, unless preloaded") {
    const support::ServerBinary binary = each_server();
    CAPTURE(binary);
    const TreeShell shell;
    support::NatsServer server(binary, {.config_file = shell.config("mem")});
    (void)shell.out("nsctl revocations add-user -a A -n u");
    const support::Outcome pushed = shell.push(server, "-a A");
    REQUIRE(pushed.exit_code == 1);
    REQUIRE(contains(pushed.out, "not in use"));
    REQUIRE(contains(pushed.err, "will take it from its preload"));
    REQUIRE(shell.push(server, "-a A --config-file mem.conf").exit_code == 0);
    server.reload();
    REQUIRE_FALSE(shell.lets_in(server));
}

TEST_CASE("push: an account that is new is put into the preload of a memory resolver") {
    const TreeShell shell;
    support::NatsServer server(newest_server(), {.config_file = shell.config("mem")});
    (void)shell.out("nsctl add account C && nsctl add user -a C c");
    REQUIRE(shell.push(server, "-a C --config-file mem.conf").exit_code == 0);
    REQUIRE(contains(support::read_text(shell.folder / "mem.conf"), "  // Account \"C\"\n  A"));
    server.reload();
    REQUIRE(contains(shell.push(server, "-a C --json").out, "\"message\": \"jwt update"));
}

TEST_CASE("push: what is untrusted, expired or older than the servers' is refused unless forced") {
    const TreeShell shell;
    const support::NatsServer server(newest_server(), {.config_file = shell.config("nats")});
    REQUIRE(shell.push(server, "--all").exit_code == 0);
    const auto [spoil, complaint] = GENERATE(table<std::string, std::string>({
        {"nsctl edit account A --expiry 2020-01-01", "has expired"},
        {"nsctl -H other add operator KO && nsctl -H other add account A && cp other/KO/accounts/A/A.jwt "
         "$FILE",
         "not one that may sign it"},
        {"cp $FILE old && nsctl edit account A --conns 5 && nsctl push -a A -u $URL --timeout 10 && cp old "
         "$FILE",
         "the servers have a newer token"},
    }));
    (void)shell.out("FILE=" + shell.account_file("A").string() + " URL=" + server.url() + "; " + spoil);
    const support::Outcome refused = shell.push(server, "--all");
    CAPTURE(refused.out, refused.err);
    REQUIRE(refused.exit_code == 1);
    REQUIRE(contains(refused.out, "not sent: "));
    REQUIRE(count(refused.out, "| updated ") == 2);  // B and SYS
    REQUIRE(contains(refused.err, "nsctl: not every server has every account\nhint: "));
    const support::Outcome forced = shell.push(server, "-a A --force");
    REQUIRE(contains(forced.out, "updated"));
}

TEST_CASE("push: the difference to what is live is shown, and JSON has it too") {
    const TreeShell shell;
    const support::NatsServer server(newest_server(), {.config_file = shell.config("nats")});
    REQUIRE(shell.push(server, "-a A").exit_code == 0);
    (void)shell.out("nsctl edit account A --conns 7");
    const std::string compared = shell.push(server, "--all --diff").out;
    REQUIRE(contains(compared, "| A       | nats.limits.conn | -1      | 7     |"));
    REQUIRE(contains(compared, "no server has it in use"));
    const std::string json = shell.push(server, "-a A -J").out;
    REQUIRE(
        contains(json, "\"claim\": \"nats.limits.conn\",\n    \"servers\": \"-1\",\n    \"store\": \"7\""));
    REQUIRE(contains(json, "\"result\": \"updated\""));
    (void)shell.out("nsctl delete account A");
    REQUIRE(contains(shell.push(server, "--all --diff").err, "which is not in this store"));
}

TEST_CASE("push: the servers are the operator's, and where it names none one must be given") {
    const TreeShell shell;
    const support::Outcome nowhere = shell("nsctl push -a A");
    REQUIRE(nowhere.exit_code == 1);
    REQUIRE(contains(nowhere.err, "there is no server to push to\nhint: -u nats://"));
    const support::NatsServer server(newest_server(), {.config_file = shell.config("nats")});
    (void)shell.out("nsctl edit operator --account-jwt-server-url " + server.url());
    REQUIRE(shell("nsctl push -a A --timeout 10").exit_code == 0);
    REQUIRE(contains(shell("nsctl push -a A --timeout 61").err, "a number of seconds from 1 to 60"));
}

TEST_CASE("push: without the system account's keys its stored user does, and without either it says so") {
    const TreeShell shell;
    const support::NatsServer server(newest_server(), {.config_file = shell.config("nats")});
    (void)shell.out("for f in nsc/nkeys/keys/A/*/*.nk; do mv $f $f.away; done");
    REQUIRE(shell.push(server, "-a A").exit_code == 0);
    REQUIRE(shell.push(server, "-a A --system-user sys").exit_code == 0);
    REQUIRE(contains(shell.push(server, "-a A --system-user nobody").err, "there is no such user"));
    (void)shell.out("rm -r nsc/nkeys/keys/U");
    const support::Outcome outcome = shell.push(server, "-a A");
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(
        contains(outcome.err, "account \"SYS\": the keystore has none of the keys that could sign\nhint: "));
}

TEST_CASE("push: a server of another operator refuses, and one that is not there is named") {
    const TreeShell shell;
    const TreeShell other;
    const support::NatsServer server(newest_server(), {.config_file = other.config("nats")});
    const support::Outcome refused = shell.push(server, "-a A");
    REQUIRE(refused.exit_code == 1);
    REQUIRE(contains(refused.err, "hint: the server must trust this operator"));
    const support::Outcome absent = shell("nsctl push -a A -u nats://127.0.0.1:1");
    REQUIRE(absent.exit_code == 1);
    REQUIRE(contains(absent.err, "127.0.0.1:1"));
}

TEST_CASE("push --all: an account whose token cannot be read is named, and the others are sent") {
    const TreeShell shell;
    const support::NatsServer server(newest_server(), {.config_file = shell.config("nats")});
    const std::string in_its_place = GENERATE("touch", "mkdir", "ln -s /nowhere");
    const std::string file = shell.account_file("B").string();
    (void)shell.out("nsctl edit account A --conns 7 && rm " + file + " && " + in_its_place + " " + file);
    const support::Outcome pushed = shell.push(server, "--all");
    CHECK(pushed.exit_code == 1);
    CHECK(contains(pushed.err, "warning: not sent: " + file + ": "));
    CHECK(contains(pushed.out, "| A       |"));
    CHECK(contains(pushed.out, "| updated |"));
}
