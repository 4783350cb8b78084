#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <unistd.h>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/process.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret_prompt.h>
#include <natscreds/cli/nsctl/nsctl.h>

using namespace natscreds;

namespace {

base::Result<std::string> ask_line(std::string_view question) {
    std::cerr << question << std::flush;
    std::string line;
    if (!std::getline(std::cin, line))
        return base::Error{std::make_error_code(std::errc::operation_canceled), "the terminal"};
    return line;
}

}  // namespace

int main(int argc, char** argv) {
    if (const base::Status hardened = base::harden_process(); !hardened) {
        std::cerr << "nsctl: " << hardened.error().message() << '\n';
        return 1;
    }
    base::tell_of_unlocked_secrets();
    std::error_code no_folder;
    const bool colour = isatty(STDOUT_FILENO) == 1 && !base::environment_variable("NO_COLOR");
    base::SystemClock clock;
    base::SystemRandom random;
    base::SystemIntervalClock intervals;
    nsctl::World world{
        .surroundings = {.variable = base::environment_variable,
                         .current_folder = std::filesystem::current_path(no_folder)},
        .clock = clock,
        .random = random,
        .in = std::cin,
        .out = std::cout,
        .err = std::cerr,
        .colour = colour ? nsctl::Colour::on : nsctl::Colour::off,
        .ask_secret = base::ask_secret,
        .intervals = &intervals,
        .program = "/proc/self/exe",
    };
    if (isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1) world.ask_line = ask_line;
    return nsctl::run(std::vector<std::string>(argv + 1, argv + argc), world);
}
