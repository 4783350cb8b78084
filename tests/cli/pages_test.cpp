// The pages that an operator begins with: their commands, as they stand there, make a deployment without a warning.
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "nsctl_shell.h"
#include "page.h"
#include "page_walk.h"
#include "supercluster.h"
#include "tls_server.h"

using namespace natscreds;
using namespace natscreds::test;
using nsctl::test::Shell;

namespace {

/// One script of the section's commands, up to the last that is wanted.
std::string script_of(const std::string& page, const std::string& heading, const std::string& last) {
    std::string script = "set -e\n";
    for (const std::string& command : commands_of(page, heading)) {
        script += command + "\n";
        if (command.starts_with(last)) return script;
    }
    FAIL("no command of " << page << " begins with " << last);
    return script;
}

/// The commands, --check among them, have all succeeded, and there was nothing to warn of.
void check_ready(const support::Outcome& walked) {
    INFO(walked.err);
    CHECK(walked.exit_code == 0);
    CHECK(walked.out.find("ready to issue the role chat of account A") != std::string::npos);
    CHECK(walked.err.find("warning") == std::string::npos);
}

/// What the page has set up is all that a start needs, and --check finds nothing to warn of.
void check_each_copy(PageWalk& walk) {
    for (const char* copy : {"1", "2", "3"}) {
        const std::size_t before = walk.screen().size();
        CHECK(walk.type("nats-provisioner --config copies/provisioner-" + std::string(copy) +
                        ".toml --check") == 0);
        const std::string said = walk.screen().substr(before);
        INFO(said);
        CHECK(said.find("ready to issue the role chat of account A") != std::string::npos);
        CHECK(said.find("warning") == std::string::npos);
    }
}

/// Metrics are for somebody else here, who may run at the same time.
void free_ports(PageWalk& walk) {
    CHECK(walk.type("sed -i 's/127.0.0.1:946[4-6]/127.0.0.1:0/' */provisioner*.toml") == 0);
}

}  // namespace

TEST_CASE(
    "docs/operating.md: Day one, followed to the letter, is ready, and --check has nothing to warn of") {
    const Shell shell;
    std::filesystem::create_symlink(support::source_root() + "/conf", shell.folder / "conf");
    const support::Outcome walked =
        shell(script_of("docs/operating.md", "## Day one", "nats-req --enrol -o ann.creds --jwt"));
    check_ready(walked);
    CHECK(std::filesystem::exists(shell.folder / "ann.creds"));
}

TEST_CASE(
    "docs/operating.md: The short way, followed to the letter, is ready, and leaves ann with credentials") {
    const Shell shell;
    const support::Outcome walked =
        shell(script_of("docs/operating.md", "## The short way", "nats-req --enrol -o ann.creds --jwt"));
    check_ready(walked);
    CHECK(std::filesystem::exists(shell.folder / "ann.creds"));
}

TEST_CASE(
    "README: Five minutes and three regions, every command as it stands: each prints what the page shows, "
    "and no "
    "copy warns") {
    const support::TempDir folder;
    const std::string tour = (folder / "tour").string();
    const std::string programs = std::filesystem::path(support::program("nsctl")).parent_path().string();
    PageWalk walk(support::source_root(),
                  {{"$PWD/build/release/bin", programs},
                   {"/tmp/tour", tour},
                   {"supercluster up", "supercluster up --address " + own_address()},
                   {"-a localhost", "-a " + own_address()},
                   {"localhost:", own_address() + ":"}},
                  "supercluster down --folder " + tour + "/regions");
    for (const char* section : {"## Five minutes", "## Three regions"}) {
        for (const Shown& shown : shown_in("README.md", section)) {
            if (shown.command.starts_with("nats-chat")) {
                // What is shown is the screen, and here is no terminal.
                CHECK(walk.type(shown.command) == 0);
                continue;
            }
            walk.follow(shown);
            if (shown.command.starts_with("nsctl provisioning init")) free_ports(walk);
            if (shown.command.starts_with("source regions")) check_each_copy(walk);
        }
    }
    CHECK(walk.type("supercluster down --folder regions") == 0);
}

namespace {

/// A folder with conf/ in it, whose servers are at an address of the test's own, with the page's ports.
class ConfFolder {
  public:
    ConfFolder() {
        std::filesystem::copy(support::source_root() + "/conf", folder_ / "conf",
                              std::filesystem::copy_options::recursive);
        for (const char* name :
             {"leaf/broker.conf", "leaf/leaf.conf", "leaf/operator-broker.conf", "tls/email.conf"}) {
            const auto file = "conf" / std::filesystem::path(name);
            (void)folder_.write(file,
                                replaced(support::read_text(folder_ / file), "127.0.0.1", own_address()));
        }
        std::filesystem::create_directory(folder_ / "bin");
        std::filesystem::create_symlink(support::nats_servers().back().path, folder_ / "bin/nats-server");
    }

    [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
    /// For the shell: our programs and a nats-server are found, and the tree lies here.
    [[nodiscard]] std::string settings() const {
        return "export PATH=" + path().string() +
               "/bin:" + std::filesystem::path(support::program("nsctl")).parent_path().string() +
               ":$PATH NSC_HOME=$PWD/nsc/accounts NKEYS_PATH=$PWD/nsc/nkeys";
    }

  private:
    support::TempDir folder_;
};

}  // namespace

TEST_CASE(
    "docs/leaf.md: every command as it stands, from the broker to the leaf, with certificates and with "
    "creds") {
    const ConfFolder folder;
    PageWalk walk(folder.path(), {{"localhost:", own_address() + ":"},
                                  {"127.0.0.1:", own_address() + ":"},
                                  {"make-certs tls", "make-certs --host " + own_address() + " tls"}});
    REQUIRE(walk.type(folder.settings()) == 0);
    for (const Shown& shown : shown_in("docs/leaf.md", "# A broker and its leaf nodes")) {
        if (shown.command.starts_with("for ((n = 1; ;"))
            walk.type(shown.command + " &");  // it never ends
        else
            walk.follow(shown);
    }
    walk.sees("Message #1 - Published at 20");
    walk.type("curl -sS http://127.0.0.1:8222/leafz");
    walk.sees("\"leafnodes\": 1,");

    walk.type("kill $(jobs -p); wait; unset NATS_CA NATS_CERT NATS_KEY");
    (void)walk.type("nsctl add operator --name KO --sys && nsctl add account --name KUBECON");
    for (const Shown& shown : shown_in("docs/leaf.md", "## In operator mode"))
        walk.follow(shown);
    CHECK(support::eventually([&] {
        const std::size_t before = walk.screen().size();
        walk.type("curl -sS http://127.0.0.1:8222/leafz");
        return walk.screen().find("\"leafnodes\": 1,", before) != std::string::npos;
    }));

    walk.type("kill $(jobs -p); wait");
    for (const Shown& shown : shown_in("docs/leaf.md", "## The status application"))
        walk.type(shown.command.ends_with("&") ? shown.command : shown.command + " &");
    walk.sees("\"reconnects\":0");
}
