#include <catch2/catch_test_macros.hpp>

#include <support/core_image.h>
#include <support/process.h>
#include <support/programs.h>

using namespace natscreds;
using support::Process;

TEST_CASE("Core image: of 1,000 keys that were made, used and dropped it holds no seed") {
    Process process({.argv = {support::program("key_user"), "1000", "0"}});
    process.wait_for_output("ready");
    CHECK(support::seeds_in(support::core_image(process.pid(), support::Mappings::all), 1000).empty());
}

TEST_CASE("Core image: a seed that is still held is found in it, so that the search can find one") {
    Process process({.argv = {support::program("key_user"), "10", "2"}});
    process.wait_for_output("ready");
    CHECK(support::seeds_in(support::core_image(process.pid(), support::Mappings::all), 1000) ==
          std::vector<std::uint64_t>{11, 12});
}
