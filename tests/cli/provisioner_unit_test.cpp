// The systemd unit: the service runs as the unit's own user with the folders and modes that the unit gives it.
#include <string>

#include <sys/stat.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

#include <support/nats_server.h>

#include "nsctl_shell.h"
#include "page.h"
#include "tls_server.h"

using namespace natscreds;
using namespace natscreds::test;
using nsctl::test::contains;
using nsctl::test::Shell;

namespace {

const std::string unit = "conf/systemd/nats-provisioner.service";

/// The value of a setting of the unit.
std::string setting(const std::string& name) {
    const std::string text = shipped(unit);
    const std::size_t at = text.find("\n" + name + "=");
    REQUIRE(at != std::string::npos);
    const std::size_t value = at + name.size() + 2;
    return text.substr(value, text.find('\n', value) - value);
}

unsigned mode_of(const std::filesystem::path& path) {
    struct stat found {};
    REQUIRE(stat(path.c_str(), &found) == 0);
    return found.st_mode & 0777U;
}

/// A machine's folders as the unit has them, below a folder of the test: etc with what an operator puts there, and
/// what systemd makes for the unit's user.
class Machine {
  public:
    Machine() {
        std::filesystem::create_directory_symlink(support::source_root() + "/conf", shell.folder / "conf");
        std::string script = "set -e; umask 022\n";
        for (const std::string& command : commands_of("docs/operating.md", "## Day one")) {
            if (command.starts_with("nats-provisioner ")) break;
            script += command + "\n";
        }
        script +=
            "nsctl generate config --mem-resolver --sys-account SYS > resolver.conf\nmkdir etc\n"
            "mv chat.toml KUBECON.jwt PROVISION.jwt chat.nk provisioner.creds etc\nchmod 755 . etc\n";
        // As LoadCredential= hands files over: of the unit's user, who may read them and nothing else.
        script +=
            "mkdir credentials && cp etc/chat.nk etc/provisioner.creds credentials && chmod 400 "
            "credentials/*\n"
            "chmod 500 credentials; mkdir -m " +
            setting("StateDirectoryMode") + " state\n";
        if (geteuid() == 0) script += "chown -R 65534:65534 credentials state\n";
        (void)shell.out(script);
        std::string text = support::read_text(shell.folder / "etc/chat.toml");
        for (const char* secret : {"chat.nk", "provisioner.creds"})
            text = replaced(text, '"' + std::string(secret) + '"', '"' + path("credentials/") + secret + '"');
        text = replaced(text, "audit.jsonl", path("state/audit.jsonl"));
        text = replaced(replaced(text, "names.db", path("state/names.db")), ":9464", ":0");
        (void)shell.folder.write("etc/chat.toml", text);
    }

    [[nodiscard]] std::string path(const std::string& name) const { return (shell.folder / name).string(); }

    /// ExecStart= with this machine's folders, as the unit's user and under its UMask=.
    [[nodiscard]] support::Command start(const std::string& more) const {
        std::string line = replaced(setting("ExecStart"), "/etc/natscreds", path("etc"));
        line = replaced(line, "/usr/bin/nats-provisioner", support::program("nats-provisioner"));
        const std::string user =
            geteuid() == 0 ? "setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set=-all " : "";
        return {.argv = {"bash", "-c", "umask " + setting("UMask") + " && exec " + user + line + " " + more},
                .folder = "/"};
    }

    [[nodiscard]] support::Outcome check() const { return support::run(start("--check")); }

    Shell shell;
};

}  // namespace

TEST_CASE("systemd: the unit's user serves with the unit's modes, and what it writes is its own alone") {
    const Machine machine;
    const support::NatsServer server(
        support::nats_servers().back(),
        {.config = "listen: \"127.0.0.1:-1\"\n" + support::read_text(machine.path("resolver.conf"))});
    support::Process service(machine.start("-s " + server.url()));
    service.wait_for_output("serving chat.req.access");
    CHECK(mode_of(machine.path("state/names.db")) == 0600);
    CHECK(mode_of(machine.path("state/audit.jsonl")) == 0600);
    CHECK(service.stop().exit_code == 0);
    CHECK((mode_of(machine.path("state")) & 0077U) == 0);
    CHECK(setting("LoadCredential") == "chat.nk:/etc/natscreds/chat.nk");
    CHECK(contains(shipped(unit), "\nLoadCredential=provisioner.creds:/etc/natscreds/provisioner.creds\n"));
    CHECK(setting("User") == "nats-provisioner");
    CHECK(contains(shipped("conf/systemd/nats-provisioner.sysusers"), "\nu nats-provisioner "));
}

TEST_CASE("systemd: a mode that is too tight or too open is named by --check with its file") {
    const Machine machine;
    const support::Outcome good = machine.check();
    INFO(good.err);
    REQUIRE(good.exit_code == 0);
    CHECK_FALSE(contains(good.err, "warning"));
    struct Case {
        std::string file;
        unsigned mode;
        bool starts;
    };
    for (const auto& [file, mode, starts] :
         {Case{"etc/chat.toml", 0000, false}, Case{"etc/KUBECON.jwt", 0000, false},
          Case{"credentials/chat.nk", 0000, false}, Case{"credentials/provisioner.creds", 0000, false},
          Case{"credentials/chat.nk", 0444, false}, Case{"credentials/provisioner.creds", 0444, true},
          Case{"state", 0500, false}}) {
        const std::string path = machine.path(file);
        const unsigned before = mode_of(path);
        REQUIRE(chmod(path.c_str(), mode) == 0);
        const support::Outcome outcome = machine.check();
        REQUIRE(chmod(path.c_str(), before) == 0);
        INFO(path << ' ' << mode << ": " << outcome.err);
        CHECK((outcome.exit_code == 0) == starts);
        CHECK(contains(outcome.err, path));
    }
}
