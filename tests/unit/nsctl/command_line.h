#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <natscreds/cli/nsctl/nsctl.h>
#include <support/fakes.h>
#include <support/temp_dir.h>
#include <support/test_data.h>

namespace natscreds::nsctl::test {

struct Outcome {
    int exit_code;
    std::string out;
    std::string err;
};

/// Runs nsctl inside the test, in a folder of its own: clock, randomness and environment are the test's.
class CommandLine {
  public:
    CommandLine() {
        variables["HOME"] = (folder / "home").string();
        variables["NSC_HOME"] = (folder / "nsc/accounts").string();
        variables["NKEYS_PATH"] = (folder / "nsc/nkeys").string();
    }

    Outcome operator()(const std::vector<std::string>& arguments, const std::string& input = "") {
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream err;
        const auto variable = [this](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(std::string(name));
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
        World world{{variable, folder.path()}, clock, random, in, out, err, Colour::off};
        world.ask_line = ask_line;
        const int exit_code = run(arguments, world);
        return {exit_code, out.str(), err.str()};
    }

    support::TempDir folder;
    support::FakeClock clock;
    support::FixedRandom random;
    std::map<std::string, std::string> variables;
    std::function<base::Result<std::string>(std::string_view)> ask_line;
};

/// The same on a copy of the store that nsc made, with KUBECON as the current account.
class NscCommandLine : public CommandLine {
  public:
    NscCommandLine() {
        namespace fs = std::filesystem;
        fs::create_directories(folder / "nsc/accounts");
        const std::filesystem::path source = support::test_data("nsc-store");
        fs::copy(source / "stores", folder / "nsc/accounts/nats", fs::copy_options::recursive);
        fs::copy(source / "keys", folder / "nsc/nkeys", fs::copy_options::recursive);
        folder.write("nsc/accounts/nsc.json", R"({"operator":"KO","account":"KUBECON"})");
        clock.set(base::Time(std::chrono::seconds(1795215478 + 3600)));
    }
};

inline std::string by_nsc(const std::string& name) {
    return support::read_test_data("nsc-store/out/" + name);
}

}  // namespace natscreds::nsctl::test
