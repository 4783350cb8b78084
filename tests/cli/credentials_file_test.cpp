// A file with credentials that is missing, or that others can read, in each program that takes one.
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <support/occurrences.h>
#include <support/programs.h>
#include <support/temp_dir.h>
#include <support/trust_tree.h>

using namespace natscreds;
using support::count;

namespace {

support::Outcome run(const std::string& program, const std::vector<std::string>& words) {
    return support::run(support::command(program, words));
}

}  // namespace

TEST_CASE("Credentials file: one that is missing is no connection, exit code 5, in every program") {
    const support::TrustTree tree;
    const std::string missing = "/nowhere/my.creds";
    const std::vector<std::vector<std::string>> lines{
        {"nats-req", "subject", "body"},
        {"nats-req", "--access", "wallyqs"},
        {"nats-pub", "subject", "body"},
        {"nats-sub", "subject"},
        {"nats-rply", "subject", "reply"},
        {"nats-chat", "--plain"},
        {"nats-chat", "--plain", "--access", "wallyqs", "--request-creds", missing},
        {"nats-provisioner", "--acc", tree.account_file(), "--sk", tree.signing_key_file(), "--sid", "s"}};
    for (const std::vector<std::string>& line : lines) {
        std::vector<std::string> words(line.begin() + 1, line.end());
        words.insert(words.end(), {"--creds", missing});
        const support::Outcome outcome = run(line.front(), words);
        CAPTURE(line, outcome.err);
        CHECK(outcome.exit_code == 5);
        CHECK(outcome.err.find(missing) != std::string::npos);
    }
}

TEST_CASE("Credentials file: one that others can read is used, and said once") {
    const support::TrustTree tree;
    const std::string creds = tree.requester_creds();
    const std::vector<std::vector<std::string>> lines{
        {"nats-pub", "subject", "body"}, {"nats-chat", "--plain"}, {"nats-req", "--access", "me"}};
    const std::vector<std::string>& line = lines[GENERATE(range(0, 3))];
    const auto said = [&](std::filesystem::perms mode) {
        std::filesystem::permissions(creds, mode);
        std::vector<std::string> words(line.begin() + 1, line.end());
        words.insert(words.end(), {"--creds", creds, "-s", "nats://127.0.0.1:1"});
        const support::Outcome outcome = run(line.front(), words);
        CHECK(outcome.exit_code == 5);
        return count(outcome.err, "others can read " + creds);
    };
    CHECK(said(std::filesystem::perms(0600)) == 0);
    CHECK(said(std::filesystem::perms(0640)) == 1);
    CHECK(said(std::filesystem::perms(0604)) == 1);
}

TEST_CASE("Options: an empty server is a wrong option, and the option that follows is still one") {
    const support::Outcome outcome = run("nats-pub", {"-s", "", "--show-config"});
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out.find("--show-config") == std::string::npos);
    CHECK(run("nats-pub", {"-s", "", "subject", "body"}).exit_code == 2);
    CHECK(run("nats-pub", {"--server=", "subject", "body"}).exit_code == 2);
}
