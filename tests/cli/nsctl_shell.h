#pragma once

#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <support/process.h>
#include <support/programs.h>
#include <support/temp_dir.h>

namespace natscreds::nsctl::test {

/// The shell of the tutorial: a folder, and the two variables that its setup script exports.
class Shell {
  public:
    /// A line as one would type it; SK is the tutorial's signing key, once there is one.
    support::Outcome operator()(const std::string& line) const {
        return support::run({.argv = {"bash", "-c", line},
                             .folder = folder.path(),
                             .environment = {{"NSC_HOME", "./nsc/accounts"},
                                             {"NKEYS_PATH", "./nsc/nkeys"},
                                             {"SK", signing_key},
                                             {"PATH", programs() + ":/usr/bin:/bin"}}});
    }

    /// The same, for a line that must succeed; what it printed.
    [[nodiscard]] std::string out(const std::string& line) const {
        const support::Outcome outcome = (*this)(line);
        INFO(line << '\n' << outcome.err);
        REQUIRE(outcome.exit_code == 0);
        return outcome.out;
    }

    [[nodiscard]] std::filesystem::path account_file(const std::string& name) const {
        return folder / "nsc/accounts/nats/KO/accounts" / name / (name + ".jwt");
    }

    support::TempDir folder;
    std::string signing_key;

  private:
    static std::string programs() {
        return std::filesystem::path(support::program("nsctl")).parent_path().string();
    }
};

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace natscreds::nsctl::test
