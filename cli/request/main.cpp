#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include <natscreds/base/process.h>
#include <natscreds/cli/request/run.h>

using namespace natscreds;

int main(int argc, char** argv) {
    const std::string program = std::filesystem::path(argc > 0 ? argv[0] : "nats-req").filename();
    if (const base::Status hardened = base::harden_process(); !hardened) {
        std::cerr << program << ": " << hardened.error().message() << '\n';
        return EXIT_FAILURE;
    }
    base::tell_of_unlocked_secrets();
    const base::SystemClock clock;
    const base::SystemIntervalClock intervals;
    base::SystemRandom random;
    request::World world{
        .environment = base::environment_variable,
        .clock = clock,
        .intervals = intervals,
        .random = random,
        .input = isatty(STDIN_FILENO) == 1 ? nullptr : &std::cin,
        .out = std::cout,
        .err = std::cerr,
    };
    return request::run(program, std::vector<std::string>(argv + 1, argv + argc), world);
}
