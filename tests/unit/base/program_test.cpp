#include <chrono>
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/program.h>
#include <support/temp_dir.h>

using namespace natscreds;
using base::find_program;
using base::run_program;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// A script of /bin/sh that may be run.
std::filesystem::path script(const support::TempDir& folder, const std::string& name,
                             const std::string& text) {
    const std::filesystem::path file = folder.write(name, "#!/bin/sh\n" + text + "\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
}

}  // namespace

TEST_CASE("Program: its words, both outputs and exit code come back, and no shell reads its arguments") {
    const support::TempDir folder;
    const auto file = script(folder, "one", "echo \"$2\"; echo wrong >&2; cat; exit 3");
    const auto answer = run_program({file, {"a", "$(b) 'c'; d"}, seconds(20)});
    REQUIRE(answer);
    CHECK(answer->out == "$(b) 'c'; d\n");
    CHECK(answer->err == "wrong\n");
    CHECK(answer->exit_code == 3);
    CHECK(run_program({script(folder, "two", "kill -9 $$"), {}, seconds(20)})->exit_code == 128 + 9);
}

TEST_CASE("Program: it runs where it is told to") {
    const support::TempDir folder;
    const auto where = run_program({script(folder, "where", "pwd -P"), {}, seconds(20), "/"});
    CHECK(where->out == "/\n");
}

TEST_CASE("Program: one that does not end is killed, one that says too much is not heard to its end") {
    const support::TempDir folder;
    const auto hanging = run_program({script(folder, "hangs", "exec sleep 600"), {}, milliseconds(50)});
    REQUIRE_FALSE(hanging);
    CHECK(hanging.error().code == std::errc::timed_out);
    CHECK(hanging.error().detail == (folder / "hangs").string());
    CHECK(run_program({script(folder, "talks", "exec yes"), {}, seconds(20)}).error().code ==
          std::errc::file_too_large);
    CHECK(run_program({folder / "absent", {}, seconds(20)}).error().code ==
          std::errc::no_such_file_or_directory);
}

TEST_CASE("Program: it is found on the PATH as a shell finds it, but not in the current folder") {
    const support::TempDir first;
    const support::TempDir second;
    first.write("one", "not to be run");
    std::filesystem::create_directories(first / "folder");
    const auto one = script(second, "one", "");
    const std::string path = "/nowhere:" + first.path().string() + ":" + second.path().string();
    CHECK(find_program("one", path) == one);
    CHECK_FALSE(find_program("folder", path));
    CHECK_FALSE(find_program("two", path));
    CHECK_FALSE(find_program("one", ""));
    CHECK_FALSE(find_program("one", ":"));
}
