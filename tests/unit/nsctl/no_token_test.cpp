// A file that holds no token is shown, found and deleted, and stops nothing else.
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

/// The store of nsc in which the files of the user gone, of the account B and of the operator XO hold no token.
struct Bench {
    Bench() {
        const std::string in_its_place =
            GENERATE("", "not a token", "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5r", "another kind", "folder",
                     "link to nothing", "too much");
        REQUIRE(nsctl({"add", "operator", "--name", "XO"}).exit_code == 0);
        REQUIRE(nsctl({"select", "operator", "KO"}).exit_code == 0);
        REQUIRE(nsctl({"select", "account", "KUBECON"}).exit_code == 0);
        for (const std::string file :
             {"KO/accounts/KUBECON/users/gone.jwt", "KO/accounts/B/B.jwt", "XO/XO.jwt"})
            put(file, in_its_place);
    }

    void put(const std::string& file, const std::string& in_its_place) const {
        namespace fs = std::filesystem;
        const fs::path path = nsctl.folder / (stores + file);
        fs::remove(path);
        if (in_its_place == "folder") {
            fs::create_directories(path / "with something in it");
        } else if (in_its_place == "too much") {
            nsctl.folder.write(path, std::string(2 * 1024 * 1024, ' '));
        } else if (in_its_place == "link to nothing") {
            fs::create_symlink("nothing", path);
        } else {
            nsctl.folder.write(path, in_its_place == "another kind"
                                         ? by_nsc("activation-PROVISION-KUBECON.jwt")
                                         : in_its_place);
        }
    }

    [[nodiscard]] std::string out(const std::vector<std::string>& words) {
        const Outcome outcome = nsctl(words);
        INFO(outcome.err);
        REQUIRE(outcome.exit_code == 0);
        return outcome.out;
    }
    [[nodiscard]] bool there(const std::string& file) const {
        return std::filesystem::exists(std::filesystem::symlink_status(nsctl.folder / (stores + file)));
    }

    const std::string stores = "nsc/accounts/nats/";
    NscCommandLine nsctl;
};

}  // namespace

TEST_CASE("A file without a token: every list has a marked row for it, and a row for each of the others") {
    Bench bench;
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"list", "users"}, {"list", "accounts"}, {"list", "operators"}, {"list", "keys"}}) {
        CAPTURE(words);
        const std::string listed = bench.out(words);
        CHECK(contains(listed, "| ! "));
        auto in_json = words;
        in_json.push_back("--json");
        CHECK(contains(bench.out(in_json), "\"problem\": "));
    }
    CHECK(contains(bench.out({"list", "users"}), "UB3C7YRWVJEYGFHO5J34QWBEUM5K7D7JJPBC46I4FYRLYNMY6ET56KEO"));
    CHECK(contains(bench.out({"list", "accounts"}), "| KUBECON   | A"));
    CHECK(contains(bench.out({"list", "operators"}), "| KO   | O"));
    CHECK_FALSE(bench.out({"list", "users", "-a", "B"}).empty());
}

TEST_CASE("A file without a token: validate finds it, by its name") {
    Bench bench;
    const Outcome all = bench.nsctl({"validate", "--all-accounts"});
    CHECK(all.exit_code == 1);
    CHECK(contains(all.out, "B.jwt: "));
    CHECK(contains(all.out, "gone.jwt: "));
}

TEST_CASE("A file without a token: it is deleted as what it is called, and nobody is said to be revoked") {
    Bench bench;
    const Outcome user = bench.nsctl({"delete", "user", "gone", "--rm-creds"});
    CHECK(user.exit_code == 0);
    CHECK(contains(user.err, "the user's key is not known, and not revoked"));
    CHECK_FALSE(contains(user.err, "revoked user"));
    CHECK_FALSE(bench.there("KO/accounts/KUBECON/users/gone.jwt"));
    CHECK(bench.there("KO/accounts/KUBECON/users/scoped.jwt"));

    CHECK(bench.nsctl({"delete", "account", "B"}).exit_code == 0);
    CHECK_FALSE(bench.there("KO/accounts/B"));
    CHECK(bench.nsctl({"delete", "operator", "XO", "--force"}).exit_code == 0);
    CHECK_FALSE(bench.there("XO"));
    CHECK(bench.there("KO/KO.jwt"));
}

TEST_CASE("A file without a token: that of the system account is deleted with --force alone") {
    Bench bench;
    bench.nsctl.folder.write(bench.stores + "KO/accounts/SYS/SYS.jwt", "");
    CHECK(bench.nsctl({"delete", "account", "SYS"}).exit_code == 1);
    CHECK(bench.there("KO/accounts/SYS/SYS.jwt"));
    CHECK(bench.nsctl({"delete", "account", "SYS", "--force"}).exit_code == 0);
}

TEST_CASE(
    "A file without a token: it stops no command that is of another, but no account is left out of a "
    "preload") {
    Bench bench;
    CHECK_FALSE(bench.out({"describe", "account", "KUBECON"}).empty());
    CHECK(bench.nsctl({"edit", "account", "KUBECON", "--conns", "5"}).exit_code == 0);
    CHECK(bench.nsctl({"add", "user", "ann"}).exit_code == 0);
    CHECK_FALSE(bench.out({"generate", "config", "--nats-resolver"}).empty());
    const Outcome memory = bench.nsctl({"generate", "config", "--mem-resolver"});
    CHECK(memory.exit_code == 1);
    CHECK(contains(memory.err, "B.jwt: "));
}

TEST_CASE("A file without a token: validate says of the others what is wrong with them, too") {
    Bench bench;
    REQUIRE(bench.nsctl({"edit", "account", "KUBECON", "--conns", "0"}).exit_code == 0);
    REQUIRE(bench.nsctl({"add", "user", "early", "--expiry", "-1d"}).exit_code == 0);
    const std::string all = bench.nsctl({"validate", "--all-accounts"}).out;
    CHECK(contains(all, "gone.jwt: "));
    CHECK(contains(all, "user \"early\": "));
    CHECK(contains(all, "conn"));

    bench.put("KO/KO.jwt", "");
    const std::string without_operator = bench.nsctl({"validate", "--all-accounts"}).out;
    CHECK(contains(without_operator, "KO.jwt: "));
    CHECK(contains(without_operator, "user \"early\": "));
    CHECK(contains(bench.nsctl({"list", "keys"}).out, "| ! "));
}

TEST_CASE("A marker that is none: the operator has a marked row, and the others theirs") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"add", "operator", "--name", "XO"}).exit_code == 0);
    nsctl.folder.write("nsc/accounts/nats/XO/.nsc", "{}");
    const Outcome listed = nsctl({"list", "operators"});
    CHECK(listed.exit_code == 0);
    CHECK(contains(listed.out, "| XO   | ! "));
    CHECK(contains(listed.out, "| KO   | O"));
}

TEST_CASE("A file with another's token: validate says what it is called there") {
    NscCommandLine nsctl;
    const std::string users = "nsc/accounts/nats/KO/accounts/A/users/";
    std::filesystem::copy_file(nsctl.folder / (users + "test.jwt"), nsctl.folder / (users + "copy.jwt"));
    const Outcome outcome = nsctl({"validate", "-a", "A"});
    CHECK(outcome.exit_code == 0);
    CHECK(contains(outcome.out, "user \"copy\": is called \"test\" in its token"));
    CHECK_FALSE(contains(outcome.out, "user \"test\": is called"));
}
