#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include <natscreds/base/process.h>
#include <natscreds/chat-client/run.h>

using namespace natscreds;

namespace {

std::optional<std::string> variable(std::string_view name) {
    const char* const value = std::getenv(std::string(name).c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
    if (const base::Status hardened = base::harden_process(); !hardened) {
        std::cerr << "nats-chat: " << hardened.error().message() << '\n';
        return EXIT_FAILURE;
    }
    const base::SystemClock clock;
    base::SystemRandom random;
    const chat::World world{.environment = variable,
                            .clock = clock,
                            .random = random,
                            .input = STDIN_FILENO,
                            .out = std::cout,
                            .err = std::cerr};
    return chat::run(std::vector<std::string>(argv + 1, argv + argc), world);
}
