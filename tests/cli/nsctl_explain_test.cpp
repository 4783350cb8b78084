// `nsctl explain`: from a store, a server's configuration and real servers.
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <support/nats_server.h>

#include "nsctl_shell.h"

namespace natscreds::nsctl::test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::json;

/// An operator with system account, and account A with user u.
class ExplainShell : public Shell {
  public:
    ExplainShell() {
        (void)out(
            "nsctl add operator KO --sys && nsctl add account A && "
            "nsctl add user u --allow-pub 'chat.>' --deny-pub chat.secret && "
            "nsctl generate creds -a A -n u -o u.creds");
    }

    [[nodiscard]] support::Outcome explain(const std::string& options) const {
        return (*this)("nsctl explain " + options);
    }
    [[nodiscard]] Json explain_json(const std::string& options) const {
        return Json::parse(explain("--json " + options).out);
    }
};

/// The check that refuses; empty where none does.
std::string refusing(const Json& explained) {
    for (const Json& one : explained.at("checks")) {
        if (one.at("verdict") == "refused") return one.at("check");
    }
    return {};
}

}  // namespace

TEST_CASE("explain: a user of the store, each check and each subject, with what decides") {
    const ExplainShell shell;

    const auto explained = shell.explain(
        "-a A -n u --publish chat.hello --publish chat.secret --publish other --subscribe '> workers'");

    CHECK(explained.exit_code == 1);
    CHECK_THAT(explained.out, ContainsSubstring("ok       operator          operator KO signed the account"));
    CHECK_THAT(explained.out, ContainsSubstring("A server lets this user connect."));
    CHECK_THAT(explained.out, ContainsSubstring("publish chat.hello: yes, allowed by \"chat.>\""));
    CHECK_THAT(explained.out, ContainsSubstring("publish chat.secret: no, denied by \"chat.secret\""));
    CHECK_THAT(explained.out, ContainsSubstring("publish other: no, allowed are only: chat.>"));
    CHECK_THAT(explained.out, ContainsSubstring("subscribe > in queue group workers: yes, "));
    CHECK(shell.explain("-a A -n u --publish chat.hello").exit_code == 0);
    CHECK(shell.explain("--publish 'chat.*'").exit_code != 0);
    CHECK_THAT(shell.explain("--from nowhere").err, ContainsSubstring("no IP address"));
    CHECK_THAT(shell.explain("--as telnet").err, ContainsSubstring("no such connection type"));
}

TEST_CASE("explain: what is wrong with credentials is named, whether or not there is a store") {
    const ExplainShell shell;
    const std::string alone = "NSC_HOME=./none NKEYS_PATH=./none nsctl explain --json ";

    // What the JWT itself does not say is not known without a store.
    const Json unknown = Json::parse(shell.out(alone + "--creds u.creds"));
    CHECK(unknown.at("verdict") == "unknown");
    CHECK(refusing(unknown).empty());

    (void)shell.out("nsctl add user v && nsctl generate creds -n v -o v.creds");
    (void)shell.out(
        "(sed '/BEGIN USER NKEY/,$d' u.creds; sed -n '/BEGIN USER NKEY/,$p' v.creds) > mixed.creds");
    CHECK(refusing(Json::parse(shell(alone + "--creds mixed.creds").out)) == "key");
    (void)shell.out("nsctl edit user u --expiry 2020-01-01 && nsctl generate creds -n u -o old.creds");
    const Json expired = Json::parse(shell(alone + "--creds old.creds").out);
    CHECK(refusing(expired) == "validity");
    CHECK_THAT(expired.dump(),
               ContainsSubstring("expired ") && ContainsSubstring("at 2020-01-01 00:00:00 UTC"));
    CHECK(refusing(Json::parse(shell("nsctl describe user -n u -R | nsctl explain --json --jwt -").out)) ==
          "validity");

    CHECK(shell.explain_json("--creds u.creds --from 127.0.0.1").at("verdict") == "ok");
    (void)shell.out("nsctl revocations add-user -n u");
    CHECK(refusing(shell.explain_json("--creds u.creds")) == "revocation");
    (void)shell.out("nsctl add user w --source-network 10.0.0.0/8 && nsctl generate creds -n w -o w.creds");
    CHECK(shell.explain_json("--creds w.creds").at("verdict") == "unknown");
    CHECK(shell.explain_json("--creds w.creds --from 10.1.2.3").at("verdict") == "ok");
    CHECK(refusing(shell.explain_json("--creds w.creds --from 192.0.2.7")) == "source network");
    CHECK(refusing(shell.explain_json("--creds v.creds --as mqtt")) == "key");
    (void)shell.out("nsctl add user m --bearer && nsctl generate creds -n m -o m.creds");
    CHECK(refusing(shell.explain_json("--creds m.creds --as mqtt")) == "JetStream");
}

TEST_CASE("explain: a server's configuration counts instead of the store") {
    const ExplainShell shell;
    (void)shell.out("nsctl generate config --mem-resolver --config-file server.conf");
    (void)shell.out(
        "nsctl add account B && nsctl add user b -a B && nsctl generate creds -a B -n b -o b.creds");

    CHECK(shell.explain_json("--creds u.creds --config-file server.conf").at("verdict") == "ok");
    CHECK(refusing(shell.explain_json("--creds b.creds --config-file server.conf")) == "account");
    CHECK(shell.explain_json("--creds b.creds").at("verdict") == "ok");
}

TEST_CASE("explain: running servers are asked for the account, and connected to") {
    const auto binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    const ExplainShell shell;
    (void)shell.out("nsctl generate config --nats-resolver --config-file server.conf");
    const support::NatsServer server(binary, {.config_file = shell.folder / "server.conf"});
    const std::string asking = "--timeout 10 -s " + server.url() + " --creds u.creds ";

    const Json unknown = shell.explain_json(asking);
    CHECK(refusing(unknown) == "account");
    CHECK_THAT(unknown.at("server_said").get<std::string>(), ContainsSubstring("Authorization Violation"));

    (void)shell.out("nsctl push -a A --timeout 10 -u " + server.url());
    const auto let_in = shell.explain(asking + "--publish chat.hello");
    CHECK(let_in.exit_code == 0);
    CHECK_THAT(let_in.out, ContainsSubstring("The server says: connected"));

    // Here it is revoked, and there it is not yet.
    (void)shell.out("nsctl revocations add-user -n u");
    const Json behind = shell.explain_json(asking);
    CHECK(behind.at("verdict") == "ok");
    CHECK(behind.at("server_said") == "connected");
    CHECK_THAT(behind.at("notes").dump(), ContainsSubstring("older than") && ContainsSubstring("nsctl push"));
    (void)shell.out("nsctl push -a A --timeout 10 -u " + server.url());
    CHECK(refusing(shell.explain_json(asking)) == "revocation");

    // Whoever has credentials and no store is told what can be known.
    const Json alone =
        Json::parse(shell("NSC_HOME=./none NKEYS_PATH=./none nsctl explain --json " + asking).out);
    CHECK(alone.at("verdict") == "unknown");
    CHECK_THAT(alone.at("server_said").get<std::string>(), ContainsSubstring("Authorization Violation"));
}

}  // namespace natscreds::nsctl::test
