// `nsctl push --prune`, `--account-removal` and `pull` against real servers.
#include <optional>
#include <string>

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

/// An operator with accounts SYS, A and B, a user in A, and a full resolver that forgets accounts when asked.
class RemovalShell : public Shell {
  public:
    RemovalShell() {
        (void)out(
            "nsctl add operator KO --sys && nsctl add account B && nsctl add account A && nsctl add user u "
            "&& "
            "nsctl generate config --nats-resolver > nats.conf");
    }

    [[nodiscard]] std::string config(const std::string& allow_delete) const {
        std::string text = support::read_text(folder / "nats.conf");
        const std::string before = "allow_delete: false";
        return text.replace(text.find(before), before.size(), "allow_delete: " + allow_delete);
    }

    [[nodiscard]] support::Outcome nsctl(const support::NatsServer& server, const std::string& words) const {
        return (*this)("nsctl " + words + " --timeout 10 -u " + server.url());
    }

    [[nodiscard]] std::string key_of(const std::string& account) const {
        const std::string key = out("nsctl describe account " + account + " --field sub");
        return key.substr(1, 56);
    }

    [[nodiscard]] base::Result<bus::Connection> connect(const support::NatsServer& server) const {
        bus::ConnectionOptions options;
        options.servers = {server.url()};
        options.credentials = jwt::Credentials::load(folder / "nsc/nkeys/creds/KO/A/u.creds").value();
        return bus::Connection::open(std::move(options));
    }
};

/// Such a store, and a server that has all of its accounts.
struct PushedStore {
    explicit PushedStore(const support::ServerBinary& binary, const std::string& allow_delete = "true")
        : server(binary, {.config = shell.config(allow_delete)}) {
        CAPTURE(binary);
        REQUIRE(shell.nsctl(server, "push --all").exit_code == 0);
    }

    /// The server has an account of another operator, and the store has forgotten it.
    void push_foreign_account() const {
        (void)shell.out(
            "nsctl -H other add operator XO && nsctl -H other add account X && "
            "mkdir -p nsc/accounts/nats/KO/accounts/X && "
            "cp other/XO/accounts/X/X.jwt nsc/accounts/nats/KO/accounts/X/X.jwt");
        REQUIRE(contains(shell.nsctl(server, "push -a X --force").out, "updated"));
        (void)shell.out("rm -r nsc/accounts/nats/KO/accounts/X");
    }

    RemovalShell shell;
    support::NatsServer server;
};

support::ServerBinary each_release() {
    return GENERATE(from_range(support::nats_servers()));
}

}  // namespace

TEST_CASE("push --account-removal: servers forget an account, say so, and let its users in no more") {
    const support::ServerBinary binary = each_release();
    CAPTURE(binary);
    const PushedStore pushed(binary);
    const auto& [shell, server] = pushed;
    REQUIRE(shell.connect(server));

    const support::Outcome removed = shell.nsctl(server, "push -R A");
    CAPTURE(removed.out, removed.err);
    CHECK(removed.exit_code == 0);
    CHECK(contains(removed.out, "| A "));
    CHECK(contains(removed.out, "| removed: deleted 1 accounts"));
    CHECK_FALSE(shell.connect(server));
    CHECK(contains(shell.nsctl(server, "push -a A --diff").out, "no server has it in use"));
}

TEST_CASE(
    "push --account-removal: an account with live connections stays, and with --force they are cut off") {
    const support::ServerBinary binary = each_release();
    CAPTURE(binary);
    const PushedStore pushed(binary);
    const auto& [shell, server] = pushed;
    auto connection = shell.connect(server);
    REQUIRE(connection);

    const support::Outcome refused = shell.nsctl(server, "push -R " + shell.key_of("A"));
    CAPTURE(refused.out, refused.err);
    CHECK(refused.exit_code == 1);
    CHECK(contains(refused.out, "not removed: 1 client and 0 leaf nodes: somebody is connected to it"));
    CHECK(connection->flush(bus::Timeout(5000)));

    const support::Outcome forced = shell.nsctl(server, "push -R A --force");
    CAPTURE(forced.out, forced.err);
    CHECK(forced.exit_code == 0);
    CHECK(contains(forced.err, "has 1 client and 0 leaf nodes connected: they are cut off"));
    CHECK_FALSE(shell.connect(server));
}

TEST_CASE("push --account-removal: the system account stays, whoever asks") {
    const support::ServerBinary binary = each_release();
    CAPTURE(binary);
    const PushedStore pushed(binary);
    const auto& [shell, server] = pushed;
    const support::Outcome careful = shell.nsctl(server, "push -R SYS");
    CHECK(careful.exit_code == 1);
    CHECK(contains(careful.out, "this is the system account"));
    const support::Outcome forced = shell.nsctl(server, "push -R SYS --force");
    CAPTURE(forced.out, forced.err);
    CHECK(forced.exit_code == 1);
    CHECK(contains(forced.out, "refused: "));
    CHECK(shell.nsctl(server, "push -a SYS").exit_code == 0);
}

TEST_CASE("push --prune: accounts that the store does not have any more are removed, and no others") {
    const support::ServerBinary binary = each_release();
    CAPTURE(binary);
    const PushedStore pushed(binary);
    const auto& [shell, server] = pushed;
    CHECK(contains(shell.nsctl(server, "push --prune").err, "no account that is to be removed"));
    const std::string key = shell.key_of("B");
    (void)shell.out("nsctl delete account B && nsctl select account A");
    const support::Outcome pruned = shell.nsctl(server, "push --prune -J");
    CAPTURE(pruned.out, pruned.err);
    CHECK(pruned.exit_code == 0);
    CHECK(contains(pruned.out, "\"public_key\": \"" + key + "\""));
    CHECK(contains(pruned.out, "\"removed\": true"));
    CHECK(count(pruned.out, "public_key") == 1);
    CHECK(shell.connect(server));
    CHECK(shell.nsctl(server, "push --all --prune").exit_code == 0);
}

TEST_CASE("push --prune: what another operator has signed stays") {
    const PushedStore pushed(support::nats_servers().back());
    const auto& [shell, server] = pushed;
    pushed.push_foreign_account();
    const support::Outcome kept = shell.nsctl(server, "push --prune");
    CHECK(kept.exit_code == 0);
    CHECK(contains(kept.err, "stays, for another operator has signed it"));
    const support::Outcome forced = shell.nsctl(server, "push --prune --force");
    CHECK(forced.exit_code == 0);
    CHECK(contains(forced.out, "removed: "));
}

TEST_CASE("push --account-removal: servers that may not delete refuse, and memory resolvers are not asked") {
    const support::ServerBinary binary = each_release();
    CAPTURE(binary);
    const PushedStore pushed(binary, "false");
    const auto& [shell, full] = pushed;
    const support::Outcome refused = shell.nsctl(full, "push -R A");
    CAPTURE(refused.out, refused.err);
    CHECK(refused.exit_code == 1);
    CHECK(contains(refused.err, "allow_delete"));
    CHECK(shell.connect(full));

    (void)shell.out("nsctl generate config --mem-resolver --config-file mem.conf");
    const support::NatsServer memory(binary, {.config_file = shell.folder / "mem.conf"});
    const support::Outcome in_memory = shell.nsctl(memory, "push --prune");
    CHECK(in_memory.exit_code == 1);
    CHECK(contains(in_memory.err, "hint: take it out of the configuration's resolver_preload"));
    CHECK(contains(shell("nsctl push -R A --prune").err, "excludes"));
}

TEST_CASE("pull: what servers have newer is taken, what the store has newer only when told to") {
    const support::ServerBinary binary = each_release();
    CAPTURE(binary);
    const RemovalShell shell;
    const support::NatsServer server(binary, {.config = shell.config("true")});
    (void)shell.out("cp -r nsc older && nsctl edit account A --conns 7");
    REQUIRE(shell.nsctl(server, "push --all").exit_code == 0);
    CHECK(contains(shell.nsctl(server, "pull -a A").err, "[ OK ] the same already: account \"A\""));

    (void)shell.out("rm -r nsc && cp -r older nsc");
    const support::Outcome pulled = shell.nsctl(server, "pull -a A");
    CAPTURE(pulled.out, pulled.err);
    CHECK(pulled.exit_code == 0);
    CHECK(shell.out("nsctl describe account A --field nats.limits.conn") == "7\n");

    (void)shell.out("nsctl edit account A --conns 9");
    const support::Outcome kept = shell.nsctl(server, "pull --all");
    CHECK(kept.exit_code == 1);
    CHECK(contains(kept.err, "not pulled: \"A\": the store has a newer token"));
    CHECK(shell.out("nsctl describe account A --field nats.limits.conn") == "9\n");
    CHECK(shell.nsctl(server, "pull --all --overwrite-newer").exit_code == 0);
    CHECK(shell.out("nsctl describe account A --field nats.limits.conn") == "7\n");
}

TEST_CASE("pull --all: accounts that only the servers have come back, but for another operator's") {
    const support::ServerBinary binary = each_release();
    CAPTURE(binary);
    const PushedStore pushed(binary);
    const auto& [shell, server] = pushed;
    (void)shell.out("nsctl delete account B && nsctl select account A");
    CHECK(shell.nsctl(server, "pull -a B").exit_code == 1);
    CHECK(shell.nsctl(server, "pull -A").exit_code == 0);
    CHECK(contains(shell.out("nsctl list accounts"), "| B "));

    pushed.push_foreign_account();
    const support::Outcome some = shell.nsctl(server, "pull -A");
    CHECK(some.exit_code == 1);
    CHECK(contains(some.err, "not pulled: account \"X\" was signed by O"));
    CHECK_FALSE(contains(shell.out("nsctl list accounts"), "| X "));
}

TEST_CASE("pull: of servers with a memory resolver an account that is in use") {
    const RemovalShell shell;
    (void)shell.out("nsctl generate config --mem-resolver --config-file mem.conf && cp -r nsc newer");
    const support::NatsServer server(support::nats_servers().back(),
                                     {.config_file = shell.folder / "mem.conf"});
    const auto connection = shell.connect(server);
    REQUIRE(connection);
    CHECK(contains(shell.nsctl(server, "pull -a A").err, "the same already"));
    CHECK(contains(shell.nsctl(server, "pull -a A --tls-first").err, "TLS"));
}

TEST_CASE(
    "tool: messages, requests and the round trip go as a user of the store, to the operator's servers") {
    const PushedStore pushed(support::nats_servers().back());
    const auto& [shell, server] = pushed;
    CHECK(contains(shell("nsctl tool rtt").err, "there is no server"));
    (void)shell.out("nsctl edit operator --service-url " + server.url());
    CHECK(contains(shell.out("nsctl tool rtt -a A -u u"), server.url() + ": round trip time "));
    (void)shell.out("nsctl tool pub hello world");
    const support::Outcome nobody = shell("nsctl tool req nobody there");
    CHECK(nobody.exit_code == 3);
    CHECK(contains(nobody.err, "nats-req: "));
    const support::Outcome answered = shell(
        "nsctl tool reply help 'here it is' --max-messages 1 & "
        "until nsctl tool req help please 2>/dev/null; do :; done; wait");
    CHECK(contains(answered.out, "here it is"));
    CHECK(contains(shell("nsctl tool pub hello world -u nobody").err, "there is no such creds file"));
}
