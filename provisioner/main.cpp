#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <natscreds/base/process.h>
#include <natscreds/provisioner/service/run.h>

using namespace natscreds;

int main(int argc, char** argv) {
    if (const base::Status hardened = base::harden_process(); !hardened) {
        std::cerr << "nats-provisioner: " << hardened.error().message() << '\n';
        return EXIT_FAILURE;
    }
    base::tell_of_unlocked_secrets();
    const base::SystemClock clock;
    const base::SystemIntervalClock intervals;
    base::SystemRandom random;
    const provisioner::World world{.environment = base::environment_variable,
                                   .clock = clock,
                                   .intervals = intervals,
                                   .random = random,
                                   .out = std::cout,
                                   .err = std::cerr,
                                   .operated_by = base::user_at_host()};
    return provisioner::run(std::vector<std::string>(argv + 1, argv + argc), world);
}
