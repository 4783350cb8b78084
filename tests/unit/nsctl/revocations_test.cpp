#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/jwt/trust.h>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

constexpr std::int64_t signed_at = 1795215478;  // all tokens of nsc's store

}  // namespace

TEST_CASE("revocations: prints what nsc prints, and the same as JSON") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"revocations", "list-users"}).out + "\n" == by_nsc("revocations.txt"));
    REQUIRE(nsctl({"revocations", "list-users", "-J"}).out ==
            std::string("[\n {\n  \"public_key\": \"") + gone_key +
                "\",\n  \"revoked_up_to\": 1795215478\n }\n]\n");
}

TEST_CASE("revocations add-user: by name, by key, and by the key of a user that no store has") {
    NscCommandLine nsctl;
    const std::string stranger = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";
    const std::string key = user_of(nsctl, "chat-access").content.subject;
    const Outcome by_name = nsctl({"revocations", "add-user", "-n", "chat-access"});
    REQUIRE(by_name.exit_code == 0);
    REQUIRE(by_name.err == "[ OK ] revoked user \"" + key +
                               "\"\nhint: servers know it after: nsctl push -a KUBECON\n"
                               "hint: nats-provisioner knows it then too if it has [system]; otherwise "
                               "replace its account file\n");
    REQUIRE(nsctl({"revocations", "add_user", "-u", stranger}).exit_code == 0);
    const auto account = account_of(nsctl, "KUBECON");
    REQUIRE(account.claims().revocations.at(key) == signed_at + 3600);
    REQUIRE(account.claims().revocations.contains(stranger));
}

TEST_CASE("revocations add-user: the moment is a number or RFC 3339, and never becomes an earlier one") {
    NscCommandLine nsctl;
    const auto [at, expected] = GENERATE(table<std::string, std::int64_t>({
        {"0", signed_at + 3600},
        {"1795215500", 1795215500},
        {"2026-11-20T23:00:00Z", 1795215600},
        {"2026-11-21T01:00:00+02:00", 1795215600},
        {"2026-11-20T23:00:00.5Z", 1795215600},
        {"1", signed_at},
    }));
    REQUIRE(nsctl({"revocations", "add-user", "-n", "gone", "--at", at}).exit_code == 0);
    REQUIRE(account_of(nsctl, "KUBECON").claims().revocations.at(gone_key) == expected);
}

TEST_CASE("revocations add-user: what is no moment is refused") {
    NscCommandLine nsctl;
    const std::string at = GENERATE("-1", "now", "2026-11-20", "2026-13-20T23:00:00Z", "2026-11-20T23:00:00",
                                    "2026-11-20T24:00:00Z", "2026-11-20T23:00:00+25:00", "1.5");
    const Outcome outcome = nsctl({"revocations", "add-user", "-n", "gone", "--at=" + at});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.err.starts_with("nsctl: --at: \"" + at + "\""));
}

TEST_CASE("revocations add-user: * revokes all users, and takes the place of what it covers") {
    NscCommandLine nsctl;
    const std::string option = GENERATE("-n", "-u");
    const Outcome outcome = nsctl({"revocations", "add-user", option, "*"});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(
        outcome.err.starts_with("[ OK ] revoked all users issued up to 2026-11-20 23:57:58 UTC\n"
                                "[ OK ] dropped revocation of \"UBBGPIM3"));
    const auto account = account_of(nsctl, "KUBECON");
    REQUIRE(account.claims().revocations == jwt::Revocations{{"*", signed_at + 3600}});
    REQUIRE(nsctl({"revocations", "add-user", "-n", "gone"}).err.starts_with("[ OK ] already revoked user"));
    REQUIRE(contains(nsctl({"revocations", "list-users"}).out, "| * [All Users] |"));
}

TEST_CASE("revocations add-user: * of an earlier moment leaves later revocations") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"revocations", "add-user", "-n", "*", "--at", "1795215477"}).exit_code == 0);
    REQUIRE(account_of(nsctl, "KUBECON").claims().revocations.size() == 2);
}

TEST_CASE("revocations delete-user: takes one back, and says where there is none") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"revocations", "delete-user", "-n", "gone"}).exit_code == 0);
    REQUIRE(account_of(nsctl, "KUBECON").claims().revocations.empty());
    const Outcome again = nsctl({"revocations", "delete-user", "-n", "gone"});
    REQUIRE(again.exit_code == 1);
    REQUIRE(again.err == std::string("nsctl: \"") + gone_key + "\": this was not revoked\n");
}

TEST_CASE("revocations: a user named twice, a wrong key and an unknown name are refused") {
    NscCommandLine nsctl;
    REQUIRE(contains(nsctl({"revocations", "add-user", "-n", "gone", "-u", gone_key}).err, "not both"));
    REQUIRE(contains(nsctl({"revocations", "add-user", "-u", scoped_key}).err,
                     "account key instead of user key"));
    REQUIRE(
        contains(nsctl({"revocations", "add-user", "-n", "nobody"}).err, "there is no such user\nhint: "));
    REQUIRE(contains(nsctl({"revocations", "add-user"}).err, "name a user"));
}

TEST_CASE(
    "revocations: a token that was issued ahead of its time, after several edits at once, is revoked too") {
    NscCommandLine nsctl;
    for (const char* tag : {"a", "b", "c"})
        REQUIRE(nsctl({"edit", "user", "scoped", "--tag", tag}).exit_code == 0);
    const auto user = user_of(nsctl, "scoped");
    REQUIRE(user.issued_at > nsctl.clock.now());
    const auto words = GENERATE(std::vector<std::string>{"revocations", "add-user", "-n", "scoped"},
                                std::vector<std::string>{"revocations", "add-user", "-u", "*"},
                                std::vector<std::string>{"delete", "user", "scoped"});
    REQUIRE(nsctl(words).exit_code == 0);
    REQUIRE(jwt::is_revoked(account_of(nsctl, "KUBECON").claims().revocations, user.content.subject,
                            user.issued_at));
}
