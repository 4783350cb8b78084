#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/cli/console/arguments.h>

namespace natscreds::console {
namespace {

using Words = std::vector<std::string>;

const std::vector<KnownOption> known{
    {"server", "s", KnownOption::Value::one}, {"creds", "", KnownOption::Value::one},
    {"header", "H", KnownOption::Value::one}, {"raw", "", KnownOption::Value::none},
    {"help", "h", KnownOption::Value::none},
};

Words arrange(const Words& words) {
    base::Result<Words> arranged_words = arranged(words, known);
    REQUIRE(arranged_words);
    return *std::move(arranged_words);
}

TEST_CASE("Arguments: long options may have one dash, as the Go tools have it") {
    CHECK(arrange({"-creds", "F", "subject"}) == Words{"--creds=F", "--", "subject"});
    CHECK(arrange({"-creds=F", "subject"}) == Words{"--creds=F", "--", "subject"});
    CHECK(arrange({"-server", "URL", "-raw", "subject"}) == Words{"--server=URL", "--raw", "--", "subject"});
}

TEST_CASE("Arguments: long options with two dashes and short ones stay what they are") {
    CHECK(arrange({"--creds", "F"}) == Words{"--creds=F"});
    CHECK(arrange({"--creds=F=G"}) == Words{"--creds=F=G"});
    CHECK(arrange({"-s", "URL"}) == Words{"-sURL"});
    CHECK(arrange({"-sURL"}) == Words{"-sURL"});
    CHECK(arrange({"-s=URL"}) == Words{"-sURL"});
    CHECK(arrange({"-h"}) == Words{"-h"});
}

TEST_CASE("Arguments: a short option's value is not taken for a long option") {
    // "-servers" is -s with the value "ervers", for "servers" is no option.
    CHECK(arrange({"-servers"}) == Words{"-servers"});
}

TEST_CASE("Arguments: what follows an option with a value is its value, whatever it looks like") {
    CHECK(arrange({"-H", "-creds", "subject"}) == Words{"-H-creds", "--", "subject"});
    CHECK(arrange({"--header", "--", "subject"}) == Words{"--header=--", "--", "subject"});
    CHECK(arrange({"-H", "=x"}) == Words{"-H=x"});
}

TEST_CASE("Arguments: an empty value is the value, and not the option that follows") {
    CHECK(arrange({"-s", "", "-raw"}) == Words{"-s", "", "--raw"});
    CHECK(arrange({"-server", "", "-raw"}) == Words{"--server", "", "--raw"});
    CHECK(arrange({"--server=", "-raw"}) == Words{"--server", "", "--raw"});
    CHECK(arrange({"-s=", "-raw"}) == Words{"-s", "", "--raw"});
}

TEST_CASE("Arguments: options are found behind other words") {
    CHECK(arrange({"subject", "body", "-raw", "-s", "URL"}) ==
          Words{"--raw", "-sURL", "--", "subject", "body"});
}

TEST_CASE("Arguments: words with a dash that are no options but values are values") {
    CHECK(arrange({"subject", "-"}) == Words{"--", "subject", "-"});
    CHECK(arrange({"subject", "-5"}) == Words{"--", "subject", "-5"});
    CHECK(arrange({"subject", "-.5"}) == Words{"--", "subject", "-.5"});
    CHECK(arrange({"subject", "-ERR 'no such name'"}) == Words{"--", "subject", "-ERR 'no such name'"});
    CHECK(arrange({"subject", ""}) == Words{"--", "subject", ""});
}

TEST_CASE("Arguments: an unknown option stays where it will be complained of") {
    CHECK(arrange({"subject", "-nonsense"}) == Words{"-nonsense", "--", "subject"});
    CHECK(arrange({"--nonsense"}) == Words{"--nonsense"});
}

TEST_CASE("Arguments: behind two dashes nothing is an option") {
    CHECK(arrange({"-raw", "--", "-creds", "F"}) == Words{"--raw", "--", "-creds", "F"});
    CHECK(arrange({"--", "--"}) == Words{"--", "--"});
    CHECK(arrange({}).empty());
}

TEST_CASE("Arguments: an option that lacks its value is named") {
    for (const Words& words : {Words{"subject", "-creds"}, Words{"subject", "-s"}}) {
        const base::Result<Words> incomplete = arranged(words, known);
        REQUIRE_FALSE(incomplete);
        CHECK(incomplete.error().code == bus::Errc::bad_option);
        CHECK(incomplete.error().detail == words.back() + " needs a value");
    }
}

}  // namespace
}  // namespace natscreds::console
