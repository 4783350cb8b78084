// What threads of the client library's still do while the process already ends.
#include <cstdlib>
#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include <support/process.h>

#include "../../../bus/client_library.h"

using namespace natscreds;

namespace {

void let_go_of_nothing() {
    bus::nats_library().destroy(static_cast<bus::ClientConnection*>(nullptr));
}

/// Registered before anybody has used the library, so that it runs after all that the library leaves to the end.
const bool registered = std::atexit(let_go_of_nothing) == 0;

}  // namespace

TEST_CASE("Client library: a connection that there is none of can be let go of") {
    REQUIRE(registered);
    let_go_of_nothing();
}

TEST_CASE("Client library: a link that is let go of while the process ends does not abort it") {
    const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
    const support::Outcome outcome =
        support::run({.argv = {self, "Client library: a connection that there is none of can be let go of"}});
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
}
