// nsctl keystore: seeds sealed and opened, and what is said where there is no passphrase.
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/file.h>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

TEST_CASE("keystore: sealed with a passphrase's file, everything goes on with it, and nothing without it") {
    NscCommandLine nsctl;
    const auto file = nsctl.folder.write("passphrase", "correct horse\n");
    const auto nk = nsctl.folder / "nsc/nkeys/keys/A/DA" / (std::string(plain_key) + ".nk");
    const std::string before = support::read_text(nk);
    nsctl.variables["NSCTL_PASSPHRASE_FILE"] = file.string();
    const Outcome sealed = nsctl({"keystore", "encrypt"});
    CAPTURE(sealed.err);
    REQUIRE(sealed.exit_code == 0);
    CHECK(contains(sealed.err, "creds files have users' seeds in them"));
    CHECK(support::read_text(nk).starts_with("natscreds sealed seed 1\n"));
    CHECK(contains(nsctl({"keystore", "status"}).out, "plain        0 seeds"));
    CHECK(nsctl({"add", "user", "ann"}).exit_code == 0);
    CHECK(contains(nsctl({"keystore", "status"}).out, "plain        0 seeds"));

    nsctl.variables.erase("NSCTL_PASSPHRASE_FILE");
    const Outcome locked = nsctl({"add", "user", "bob"});
    CHECK(locked.exit_code == 1);
    CHECK(contains(locked.err, "sealed with a passphrase"));
    CHECK(contains(locked.err, "NSCTL_PASSPHRASE_FILE"));
    CHECK(nsctl({"describe", "account"}).exit_code == 0);
    CHECK(nsctl({"keystore", "decrypt"}).exit_code == 1);

    nsctl.variables["NSCTL_PASSPHRASE_FILE"] = nsctl.folder.write("wrong", "battery\n").string();
    const std::string still = support::read_text(nk);
    const Outcome wrong = nsctl({"keystore", "decrypt"});
    CHECK(wrong.exit_code == 1);
    CHECK(contains(wrong.err, "wrong passphrase"));
    CHECK(support::read_text(nk) == still);

    nsctl.variables["NSCTL_PASSPHRASE_FILE"] = file.string();
    REQUIRE(nsctl({"keystore", "decrypt"}).exit_code == 0);
    CHECK(support::read_text(nk).substr(0, 58) == before.substr(0, 58));
    nsctl.variables.erase("NSCTL_PASSPHRASE_FILE");
    CHECK(nsctl({"add", "user", "bob"}).exit_code == 0);
}

TEST_CASE("keystore: status says as JSON how many seeds are sealed") {
    NscCommandLine nsctl;
    const Outcome status = nsctl({"keystore", "status", "--json"});
    CHECK(status.exit_code == 0);
    CHECK(contains(status.out, "\"sealed\": 0"));
    CHECK(contains(status.out, "\"new_seeds_are_sealed\": false"));
}
