// An empty value, as of a shell's variable that is not set: `nsctl add user u --expiry "$TTL"`.
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "command_walk.h"
#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

/// These take away what was there; no option but them would.
const std::set<std::string> may_be_empty{
    "edit account --description",
    "edit account --info-url",
    "edit account --trace-context-subject",
    "edit export --description",
    "edit export --info-url",
    "edit import --local-subject",
    "edit operator --account-jwt-server-url",
    "edit signing-key --description",
    "edit signing-key --locale",
    "edit signing-key --role",
    "edit user --locale",
};

/// The option's name in full, from a help's line: "-n,--name TEXT" has "-n" first.
std::string whole_name(const std::string& help, const std::string& option) {
    const std::size_t at = help.find("  " + option + ",--");
    if (at == std::string::npos) return option;
    const std::size_t begin = help.find("--", at);
    return help.substr(begin, help.find_first_of(" ,\n", begin) - begin);
}

}  // namespace

TEST_CASE("nsctl: an empty value is refused by the option's name, but where it takes something away") {
    CommandLine walker;
    std::set<std::string> seen;
    std::size_t refused = 0;
    each_command(walker, {}, [&](const Words& words, const std::string& help) {
        Words options = with(below(help, "Options", " TEXT"), below(help, "Options", " INT"));
        options.insert(options.end(), {"-K", "--all-dirs", "--config-dir", "--data-dir", "--keystore-dir"});
        if (words == Words{"edit", "account"})
            options.insert(options.end(),
                           {"--conns", "--leaf-conns", "--payload", "--js-streams", "--js-tier"});
        for (const std::string& option : options) {
            std::string named = whole_name(help, option);
            if (named == "-K") named = "--private-key";
            std::string command;
            for (const std::string& word : words)
                command += word + " ";
            INFO("nsctl " << command << option);
            CommandLine nsctl;
            const Outcome outcome = nsctl(with(words, {option, ""}));
            CHECK(outcome.exit_code == 1);
            if (may_be_empty.contains(command + named)) {
                seen.insert(command + named);
                CHECK_FALSE(contains(outcome.err, "its value is empty"));
            } else if (named == "--weight" || (named == "--timeout" && words.front() == "generate")) {
                CHECK(outcome.err.starts_with("nsctl: " + named + ": Value  not in range"));
            } else if (named == "--format") {
                CHECK(outcome.err.starts_with("nsctl: " + named + ":  not in {"));
            } else {
                CHECK(outcome.err.starts_with("nsctl: " + named + ": its value is empty\n"));
                ++refused;
            }
        }
    });
    CHECK(seen == may_be_empty);
    CHECK(refused > 250);
}

TEST_CASE("edit: an empty value takes away what was there") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"edit", "account", "A", "--description", "d", "--info-url", "https://a"}).exit_code == 0);
    REQUIRE(nsctl({"edit", "account", "A", "--description", "", "--info-url="}).exit_code == 0);
    CHECK(account_of(nsctl, "A").claims().description.empty());
    CHECK(account_of(nsctl, "A").claims().info_url.empty());
}

TEST_CASE("edit: a signing key that is not there is not said to be removed") {
    NscCommandLine nsctl;
    const std::string made = nsctl({"generate", "nkey", "-a", "-S"}).out.substr(0, 56);
    for (const std::string& key : {made, std::string("nobody")}) {
        const Outcome outcome = nsctl({"edit", "account", "A", "--rm-sk", key, "--tag", "t"});
        CHECK(outcome.exit_code == 1);
        CHECK(outcome.err.starts_with("nsctl: --rm-sk: \"" + key + "\": "));
        CHECK(account_of(nsctl, "A").claims().tags.empty());
        CHECK(
            nsctl({"edit", "operator", "--rm-sk", key}).err.starts_with("nsctl: --rm-sk: \"" + key + "\": "));
    }
    REQUIRE(nsctl({"add", "signing-key", "-a", "A", "--role", "chat"}).exit_code == 0);
    CHECK(nsctl({"edit", "account", "A", "--rm-sk", "chat"}).err.starts_with("[ OK ] removed signing key "));
    CHECK(account_of(nsctl, "A").claims().signing_keys.empty());
}
