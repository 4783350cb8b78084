// A service whose signing key is sealed: it has the passphrase in a file, as systemd's LoadCredential gives it.
#include <csignal>
#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/eventually.h>
#include <support/nats_server.h>
#include <support/occurrences.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/sealing.h>
#include <support/signing.h>
#include <support/vouched_tree.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::command;
using support::NatsServer;
using support::Outcome;
using support::Process;
using support::VouchedTree;

const std::string with_passphrase = "passphrase_file = \"passphrase\"";

/// A tree whose chat.nk is sealed, and a server that trusts it.
struct Sealed {
    Sealed()
        : server(support::nats_servers().back(),
                 {.config = tree.server_config("jetstream { store_dir: \"js\" }\n")}) {
        support::seal_seed(tree.folder() / "chat.nk", "correct horse");
        write_passphrase("correct horse\n");
    }
    void write_passphrase(std::string_view text) const {
        support::write_secret(tree.folder() / "passphrase", base::Secret::copy_of(base::as_bytes(text)));
    }
    [[nodiscard]] support::Command service(const std::string& root,
                                           std::vector<std::string> more = {}) const {
        more.insert(more.begin(),
                    {"-s", server.url(), "--config", tree.write_policy("west", {.root = root}).string()});
        return command("nats-provisioner", more);
    }
    [[nodiscard]] Outcome take(const std::string& name) const {
        return support::run(command(
            "nats-req", {"-s", server.url(), "--creds", tree.creds("requester-0"), "--access", name}));
    }

    VouchedTree tree;
    NatsServer server;
};

TEST_CASE(
    "Sealed: the service opens its seed at the start and at SIGHUP, and goes on where it cannot any more") {
    const Sealed sealed;
    Process service(sealed.service(with_passphrase));
    service.wait_for_output("serving chat.req.access.*.*");
    REQUIRE(sealed.take("ann").exit_code == 0);
    const auto reload = [&](const std::string& outcome) {
        const std::size_t before = support::count(service.err(), outcome);
        service.signal(SIGHUP);
        REQUIRE(support::eventually([&] { return support::count(service.err(), outcome) > before; }));
    };

    sealed.write_passphrase("another\n");
    reload("not reloaded, all is as before");
    CHECK_THAT(service.err(), ContainsSubstring("chat.nk: ") && ContainsSubstring("wrong passphrase"));
    CHECK(sealed.take("ben").exit_code == 0);

    sealed.write_passphrase("correct horse\n");
    reload("] reloaded");
    CHECK(sealed.take("cat").exit_code == 0);
    CHECK(service.err().find("horse") == std::string::npos);
}

TEST_CASE(
    "Sealed: --check and the service say what is missing, and --check is content with the right passphrase") {
    const Sealed sealed;
    for (const auto& words : {std::vector<std::string>{"--check"}, {}}) {
        const Outcome locked = support::run(sealed.service("", words));
        CHECK(locked.exit_code != 0);
        CHECK_THAT(locked.err, ContainsSubstring("chat.nk: the seed is sealed with a passphrase"));
        CHECK_THAT(locked.err, ContainsSubstring("hint: in the configuration, passphrase_file names"));
    }
    CHECK(support::run(sealed.service(with_passphrase, {"--check"})).exit_code == 0);
    sealed.write_passphrase("another\n");
    const Outcome wrong = support::run(sealed.service(with_passphrase, {"--check"}));
    CHECK(wrong.exit_code != 0);
    CHECK_THAT(wrong.err, ContainsSubstring("wrong passphrase") && ContainsSubstring("/passphrase"));
}

}  // namespace
}  // namespace natscreds
