#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include <natscreds/base/process.h>
#include <natscreds/chat-client/run.h>

using namespace natscreds;

int main(int argc, char** argv) {
    if (const base::Status hardened = base::harden_process(); !hardened) {
        std::cerr << "nats-chat: " << hardened.error().message() << '\n';
        return EXIT_FAILURE;
    }
    base::tell_of_unlocked_secrets();
    const base::SystemClock clock;
    const base::SystemIntervalClock intervals;
    base::SystemRandom random;
    const chat::World world{.environment = base::environment_variable,
                            .clock = clock,
                            .intervals = intervals,
                            .random = random,
                            .input = STDIN_FILENO,
                            .out = std::cout,
                            .err = std::cerr};
    return chat::run(std::vector<std::string>(argv + 1, argv + argc), world);
}
