#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/signing_key.h>

#include "command_line.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

/// nsc ends what it prints with empty lines.
std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
}

/// nsc marks the current account whether or not anybody looks at a terminal.
std::string without_escapes(std::string text) {
    for (std::size_t at = 0; (at = text.find('\x1b')) != std::string::npos;)
        text.erase(at, text.find('m', at) - at + 1);
    return text;
}

}  // namespace

TEST_CASE("describe account: prints what nsc prints") {
    NscCommandLine nsctl;
    const std::string account = GENERATE("A", "B", "KUBECON", "PROVISION", "SYS");
    const Outcome outcome = nsctl({"describe", "account", account});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(trimmed(outcome.out) == trimmed(by_nsc("describe-account-" + account + ".txt")));
    REQUIRE(outcome.err.empty());
}

TEST_CASE("describe account: as JSON, prints what nsc prints") {
    NscCommandLine nsctl;
    const std::string account = GENERATE("A", "B", "KUBECON", "PROVISION", "SYS");
    const Outcome outcome = nsctl({"describe", "account", "-n", account, "-J"});
    REQUIRE(trimmed(outcome.out) == trimmed(by_nsc("describe-account-" + account + ".json")));
}

TEST_CASE("describe operator: prints what nsc prints") {
    NscCommandLine nsctl;
    REQUIRE(trimmed(nsctl({"describe", "operator"}).out) == trimmed(by_nsc("describe-operator.txt")));
}

TEST_CASE("describe user: prints what nsc prints, and the scope of a scoped signing key") {
    NscCommandLine nsctl;
    const std::string user = GENERATE("chat-access", "scoped");
    REQUIRE(trimmed(nsctl({"describe", "user", user}).out) ==
            trimmed(by_nsc("describe-user-" + user + ".txt")));
}

TEST_CASE("describe jwt: reads token files, creds files and standard input") {
    NscCommandLine nsctl;
    const std::string users = "nsc/accounts/nats/KO/accounts/KUBECON/users/";
    const std::string file = (nsctl.folder / (users + "scoped.jwt")).string();
    const std::string creds = (nsctl.folder / "nsc/nkeys/creds/KO/KUBECON/scoped.creds").string();
    const std::string expected = trimmed(by_nsc("describe-user-scoped.txt"));
    REQUIRE(trimmed(nsctl({"describe", "jwt", "-f", file}).out) == expected);
    REQUIRE(trimmed(nsctl({"describe", "jwt", "--file", creds}).out) == expected);
    REQUIRE(trimmed(nsctl({"describe", "jwt", "-f", "-"}, support::read_text(creds)).out) == expected);
    REQUIRE(trimmed(nsctl({"describe", "jwt", "-f", creds, "--raw"}).out) == support::read_text(file));
}

TEST_CASE("describe jwt: of a creds file no seed is shown") {
    NscCommandLine nsctl;
    const std::string creds = (nsctl.folder / "nsc/nkeys/creds/KO/KUBECON/scoped.creds").string();
    const std::string output = GENERATE("", "-J", "-R");
    const Outcome outcome = output.empty() ? nsctl({"describe", "jwt", "-f", creds})
                                           : nsctl({"describe", "jwt", "-f", creds, output});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE((outcome.out + outcome.err).find("SUA") == std::string::npos);
}

TEST_CASE("describe jwt: what holds no token is named") {
    NscCommandLine nsctl;
    const std::string file = nsctl.folder.write("notes.txt", "nothing").string();
    const Outcome outcome = nsctl({"describe", "jwt", "-f", file});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.out.empty());
    REQUIRE(outcome.err == "nsctl: " + file + ": there is no JWT in it\n");
}

TEST_CASE("list: prints what nsc prints") {
    NscCommandLine nsctl;
    REQUIRE(trimmed(nsctl({"list", "accounts"}).out) ==
            trimmed(without_escapes(by_nsc("list-accounts.txt"))));
    REQUIRE(trimmed(nsctl({"list", "users"}).out) == trimmed(by_nsc("list-users-KUBECON.txt")));
}

TEST_CASE("list: as JSON, the same") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"list", "operators", "-J"}).out ==
            "[\n {\n  \"name\": \"KO\",\n"
            "  \"public_key\": \"ODSJJIDNULZO37KV2VMPMZWJ3ELJZBZ2UCACH5BOHOAQCG6LSODAWTYI\"\n }\n]\n");
    REQUIRE(nsctl({"list", "users", "-a", "PROVISION", "--json"}).out == "[]\n");
}

TEST_CASE("describe jwt: control characters in a token are shown, not sent to the terminal") {
    NscCommandLine nsctl;
    const auto issuer = nkeys::SigningKey::generate(nkeys::Kind::account, nsctl.random).value();
    jwt::Draft<jwt::UserClaims> user;
    user.subject = nkeys::SigningKey::generate(nkeys::Kind::user, nsctl.random)->public_key().text();
    user.name = "\x1b[2Jmallory\nAdmin";
    const auto token = jwt::sign(user, issuer, nsctl.clock.now());
    const std::string file = nsctl.folder.write("user.jwt", token->text()).string();
    const Outcome outcome = nsctl({"describe", "jwt", "-f", file});
    REQUIRE(outcome.out.find('\x1b') == std::string::npos);
    REQUIRE(outcome.out.find(R"(| \x1b[2Jmallory\x0aAdmin )") != std::string::npos);
}

TEST_CASE("describe: one claim by its path, null where the token has none") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"describe", "account", "A", "-F", "nats.exports[0].service_latency.sampling"}).out ==
            "100\n");
    REQUIRE(nsctl({"describe", "account", "A", "--field", "name"}).out == "\"A\"\n");
    const std::string path = GENERATE("nats.no", "nats.exports[7]", "nats.exports[x]", "name.x", "~");
    const Outcome outcome = nsctl({"describe", "account", "A", "-F", path});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.out == "null\n");
    REQUIRE(outcome.err.empty());
}

TEST_CASE("describe: -o writes what is shown to a file") {
    NscCommandLine nsctl;
    const std::string file = (nsctl.folder / "KUBECON.jwt").string();
    const std::string raw = nsctl({"describe", "account", "KUBECON", "--raw"}).out;
    const Outcome written = nsctl({"describe", "account", "KUBECON", "--raw", "-o", file});
    CHECK(written.exit_code == 0);
    CHECK(written.out.empty());
    CHECK(support::read_text(file) == raw);
    CHECK(nsctl({"describe", "jwt", "-f", file, "-o", (nsctl.folder / "none/there").string()}).exit_code ==
          1);
}
