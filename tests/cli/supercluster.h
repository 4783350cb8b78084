#pragma once

#include <cstdio>
#include <filesystem>
#include <string>

#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>

#include "nsctl_shell.h"

namespace natscreds::test {

/// An address of this machine that no other process of the tests uses: ports are the tutorial's own.
inline std::string own_address() {
    const int number = getpid();
    return "127." + std::to_string(1 + ((number >> 16) & 0x7f)) + "." + std::to_string((number >> 8) & 0xff) +
           "." + std::to_string(number & 0xff);
}

/// What scripts/supercluster brings up in the folder of a shell; gone when the Supercluster is, and when the process
/// of the test is, however it ended.
class Supercluster {
  public:
    Supercluster(const nsctl::test::Shell& shell, const support::ServerBinary& server,
                 const std::string& options)
        : shell_(shell), guard_(popen(guard(shell).c_str(), "we")) {
        REQUIRE(guard_ != nullptr);
        const support::Outcome up = shell_("NATS_SERVER=" + server.path.string() + " " + script() +
                                           " up --folder sc --address " + address() + " " + options);
        if (up.exit_code == 0) return;
        const std::string status = (*this)("status").out;
        pclose(guard_);
        FAIL(up.out << up.err << status);
    }
    ~Supercluster() { pclose(guard_); }
    Supercluster(const Supercluster&) = delete;
    Supercluster& operator=(const Supercluster&) = delete;

    support::Outcome operator()(const std::string& words) const {
        return shell_(script() + " " + words + " --folder sc");
    }

    [[nodiscard]] std::string address() const { return own_address(); }

    /// What somebody types who has sourced its .nsc.env.
    [[nodiscard]] support::Command command(const std::string& line) const {
        const auto programs = std::filesystem::path(support::program("nsctl")).parent_path();
        return {.argv = {"bash", "-c", "source sc/.nsc.env; exec " + line},
                .folder = shell_.folder.path(),
                .environment = {{"PATH", programs.string() + ":/usr/bin:/bin"}}};
    }

  private:
    static std::string script() { return support::source_root() + "/scripts/supercluster"; }

    /// Waits for the end of its input, which is ours. In a session of its own: the terminal's Ctrl-C is not for it.
    static std::string guard(const nsctl::test::Shell& shell) {
        const std::string folder = (shell.folder / "sc").string();
        return "exec setsid bash -c 'read -r; exec " + script() + " down --folder " + folder + "' >/dev/null";
    }

    const nsctl::test::Shell& shell_;
    FILE* const guard_;
};

}  // namespace natscreds::test
