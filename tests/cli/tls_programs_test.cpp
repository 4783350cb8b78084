// tls:// means TLS, in each program: with a server that offers none, and with the system's authorities.
#include <map>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <support/bare_server.h>
#include <support/certificates.h>
#include <support/eventually.h>
#include <support/nats_server.h>
#include <support/programs.h>
#include <support/temp_dir.h>

#include "nsctl_shell.h"

using namespace natscreds;

namespace {

support::Outcome run(const std::string& program, const std::vector<std::string>& words,
                     const std::map<std::string, std::string>& environment = {}) {
    support::Command command = support::command(program, words);
    for (const auto& [variable, value] : environment)
        command.environment[variable] = value;
    return support::run(command);
}

}  // namespace

TEST_CASE(
    "tls:// programs: to a server without TLS no password is said, from the option or the environment") {
    const support::BareServer bare;
    const support::TempDir folder;
    const std::string url = "tls://" + bare.address();
    const std::string file = folder.write("password", "hidden").string();
    const std::vector<std::string> who{"--user", "me", "--password-file", file, "--timeout", "2s"};
    const auto with = [&who](std::vector<std::string> words) {
        words.insert(words.end(), who.begin(), who.end());
        return words;
    };
    CHECK(run("nats-pub", with({"-s", url, "subject", "body"})).exit_code == 5);
    CHECK(run("nats-req", with({"subject", "body"}), {{"NATS_URL", url}}).exit_code == 5);
    CHECK(run("nats-sub", with({"-s", url, "subject"})).exit_code == 5);
    CHECK(run("nats-rply", with({"-s", url, "subject", "reply"})).exit_code == 5);
    CHECK(bare.visits() >= 4);
    CHECK(bare.received().empty());
}

TEST_CASE("tls:// programs: nsctl push says nothing to a server without TLS") {
    const support::BareServer bare;
    const nsctl::test::Shell shell;
    (void)shell.out("nsctl add operator -n O --sys");
    (void)shell.out("nsctl add account A");
    const support::Outcome pushed = shell("nsctl push -a A -u tls://" + bare.address());
    CHECK(pushed.exit_code == 1);
    CHECK(pushed.err.find("does not offer TLS") != std::string::npos);
    CHECK(bare.received().empty());
}

TEST_CASE("tls:// programs: without --tlsca the system's authorities are believed, and no others") {
    const support::Certificates certificates;
    const support::NatsServer server(
        support::nats_servers().back(),
        {.config = "tls { cert_file: \"" + certificates.file("server.pem") + "\", key_file: \"" +
                   certificates.file("server-key.pem") + "\" }"});
    const std::string port = server.url().substr(server.url().rfind(':'));
    const std::vector<std::string> words{"-s", "tls://127.0.0.1" + port, "subject", "body"};
    CHECK(run("nats-pub", words, {{"SSL_CERT_FILE", certificates.file("ca.pem")}}).exit_code == 0);
    CHECK(run("nats-pub", words).exit_code == 5);
}
