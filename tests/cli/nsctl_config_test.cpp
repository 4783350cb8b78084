// Configurations that nsctl writes for servers, and trees that it applies to them: started, and connected to.
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/connection.h>
#include <natscreds/jwt/creds.h>
#include <support/nats_server.h>

#include "nsctl_shell.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

base::Result<bus::Connection> connect_as(const Shell& shell, const support::NatsServer& server,
                                         const std::string& user) {
    bus::ConnectionOptions options;
    options.servers = {server.url()};
    options.credentials =
        jwt::Credentials::load(shell.folder / ("nsc/nkeys/creds/KO/" + user + ".creds")).value();
    return bus::Connection::open(std::move(options));
}

constexpr const char* tree_with_user =
    "nsctl add operator KO --sys && nsctl add account A && nsctl add user u -a A";

}  // namespace

TEST_CASE(
    "generate config --dir: a server runs with the folder, and nothing is written over without --force") {
    const Shell shell;
    (void)shell.out(tree_with_user);
    (void)shell.out("nsctl generate config --mem-resolver --dir conf");
    const support::NatsServer server(support::nats_servers().back(),
                                     {.config_file = shell.folder / "conf/resolver.conf"});
    CHECK(connect_as(shell, server, "A/u"));
    CHECK(shell("nsctl generate config --mem-resolver --dir conf").exit_code == 1);
    CHECK(shell("nsctl generate config --mem-resolver --dir conf --force").exit_code == 0);
    CHECK(contains(shell("nsctl generate config --nats-resolver --dir other").err, "--mem-resolver only"));
}

TEST_CASE(
    "generate config --nats-resolver-cache: a server runs with it, and knows the system account alone") {
    const Shell shell;
    (void)shell.out(tree_with_user);
    const std::string config = shell.out("nsctl generate config --nats-resolver-cache");
    CHECK(contains(config, "type: cache"));
    const support::NatsServer server(support::nats_servers().back(), {.config = config});
    CHECK(connect_as(shell, server, "SYS/sys"));
    CHECK_FALSE(connect_as(shell, server, "A/u"));
}

TEST_CASE("apply --push: servers have what the file says") {
    const Shell shell;
    (void)shell.out(tree_with_user);
    const support::NatsServer server(support::nats_servers().back(),
                                     {.config = shell.out("nsctl generate config --nats-resolver")});
    (void)shell.out("nsctl push --all -u " + server.url());
    REQUIRE(connect_as(shell, server, "A/u"));
    shell.folder.write("tree.toml", "[accounts.A.nats]\nlimits.conn = 1\n");

    (void)shell.out("nsctl apply tree.toml --push -u " + server.url());

    const auto first = connect_as(shell, server, "A/u");
    CHECK(first);
    CHECK_FALSE(connect_as(shell, server, "A/u"));
    CHECK(shell("nsctl plan tree.toml").exit_code == 0);
}

TEST_CASE(
    "describe account -W: whom an account imports from is shown by its key, and otherwise by its name") {
    const Shell shell;
    (void)shell.out(tree_with_user);
    (void)shell.out(
        "nsctl add export -a A --service --subject help && nsctl add account EXPORTER && "
        "nsctl add export -a EXPORTER --service --subject news && "
        "nsctl add import -a A --service --src-account EXPORTER --remote-subject news");
    const std::string key = shell.out("nsctl describe account EXPORTER --field sub").substr(1, 56);
    const std::string by_name = shell.out("nsctl describe account A");
    CHECK(contains(by_name, "EXPORTER"));
    CHECK_FALSE(contains(by_name, key));
    for (const char* option : {"-W", "--long-ids"})
        CHECK(contains(shell.out(std::string("nsctl describe account A ") + option), key));
}
