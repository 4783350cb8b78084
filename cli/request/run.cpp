#include <natscreds/cli/request/run.h>

#include <array>

#include "programs.h"

namespace natscreds::request {
namespace {

struct Program {
    std::string_view name;
    console::ExitCode (*run)(const Call&);
};

constexpr std::array<Program, 4> programs{{
    {"nats-req", run_req},
    {"nats-rply", run_rply},
    {"nats-sub", run_sub},
    {"nats-pub", run_pub},
}};

}  // namespace

int run(std::string_view program, const std::vector<std::string>& arguments, World& world) {
    const console::Reporter reporter{std::string(program), world.err};
    for (const Program& known : programs) {
        if (known.name == program) return static_cast<int>(known.run({world, reporter, arguments}));
    }
    reporter.message("this program goes by the names nats-req, nats-rply, nats-sub and nats-pub");
    return static_cast<int>(console::ExitCode::usage);
}

}  // namespace natscreds::request
