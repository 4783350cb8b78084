#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/cli/console/exit_code.h>

namespace natscreds::console {
namespace {

int code(bus::Errc error) {
    return static_cast<int>(exit_code(error));
}

TEST_CASE("Exit codes: nobody there, too late and not let in are told apart") {
    CHECK(code(bus::Errc::no_responders) == 3);
    CHECK(code(bus::Errc::timeout) == 4);
    for (const bus::Errc error :
         {bus::Errc::not_authorized, bus::Errc::cannot_connect, bus::Errc::permission_denied,
          bus::Errc::closed, bus::Errc::draining, bus::Errc::disconnected})
        CHECK(code(error) == 5);
}

TEST_CASE("Exit codes: what the command line can mend is a matter of usage") {
    CHECK(code(bus::Errc::bad_option) == 2);
    CHECK(code(bus::Errc::bad_subject) == 2);
}

TEST_CASE("Exit codes: everything else is a refusal, other libraries' errors too") {
    CHECK(code(bus::Errc::too_large) == 1);
    CHECK(code(bus::Errc::slow_consumer) == 1);
    CHECK(code(bus::Errc::failed) == 1);
    CHECK(exit_code(std::make_error_code(std::errc::no_such_file_or_directory)) == ExitCode::refused);
}

}  // namespace
}  // namespace natscreds::console
