// The unit file as systemd itself judges it.
#include <filesystem>

#include <catch2/catch_test_macros.hpp>

#include <support/process.h>
#include <support/programs.h>
#include <support/temp_dir.h>

namespace natscreds {
namespace {

/// The unit with a program that is there, for systemd looks.
std::string unit_in(const support::TempDir& folder) {
    std::string unit = support::read_text(support::source_root() + "/conf/systemd/nats-provisioner.service");
    const std::string installed = "/usr/bin/nats-provisioner";
    unit.replace(unit.find(installed), installed.size(), support::program("nats-provisioner"));
    return folder.write("nats-provisioner.service", unit).string();
}

TEST_CASE("systemd: the unit is right in all its lines") {
    const support::TempDir folder;
    const auto judged = support::run({.argv = {"systemd-analyze", "verify", unit_in(folder)}});
    CHECK(judged.exit_code == 0);
    CHECK(judged.err == "");
}

TEST_CASE("systemd: the service is exposed to less than two points of ten") {
    const support::TempDir folder;
    const auto judged = support::run(
        {.argv = {"systemd-analyze", "security", "--offline=true", "--threshold=20", unit_in(folder)}});
    INFO(judged.out);
    CHECK(judged.exit_code == 0);
}
}  // namespace
}  // namespace natscreds
