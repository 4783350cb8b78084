// `nsctl rotate` against real servers and the real service: both keys are good until --finish, which waits for all that
// depends on the old one.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/bus/connection.h>
#include <natscreds/jwt/creds.h>
#include <support/eventually.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>

#include "nsctl_shell.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

/// An operator with system account, account A with a scoped signing key of role r, and user u of that role.
class RotationShell : public Shell {
  public:
    RotationShell() {
        (void)out(
            "nsctl add operator KO --sys && nsctl add account A && "
            "nsctl add signing-key -a A --role r --allow-pubsub 'a.>' --allow-sub '_INBOX.>' && "
            "nsctl add user u -a A -K r && nsctl generate config --nats-resolver > nats.conf");
    }

    [[nodiscard]] std::string config() const { return support::read_text(folder / "nats.conf"); }

    [[nodiscard]] support::Outcome nsctl(const support::NatsServer& server, const std::string& words) const {
        return (*this)("nsctl " + words + " --timeout 10 -u " + server.url());
    }

    /// What must succeed, and what must not; its messages.
    [[nodiscard]] std::string done(const support::NatsServer& server, const std::string& words) const {
        const support::Outcome outcome = nsctl(server, words);
        INFO(words << '\n' << outcome.out << outcome.err);
        REQUIRE(outcome.exit_code == 0);
        return outcome.err;
    }
    [[nodiscard]] std::string refused(const support::NatsServer& server, const std::string& words) const {
        const support::Outcome outcome = nsctl(server, words);
        INFO(words << '\n' << outcome.out << outcome.err);
        REQUIRE(outcome.exit_code == 1);
        return outcome.err;
    }

    [[nodiscard]] jwt::Credentials creds() const {
        return jwt::Credentials::load(folder / "nsc/nkeys/creds/KO/A/u.creds").value();
    }

    [[nodiscard]] static base::Result<bus::Connection> connect(const support::NatsServer& server,
                                                               jwt::Credentials credentials) {
        bus::ConnectionOptions options;
        options.servers = {server.url()};
        options.credentials = std::move(credentials);
        return bus::Connection::open(std::move(options));
    }
};

support::ServerBinary a_release() {
    return GENERATE(from_range(support::nats_servers()));
}

}  // namespace

TEST_CASE("rotate signing-key: clients of the old key go on, and as long as one is connected it stays") {
    const support::ServerBinary binary = a_release();
    CAPTURE(binary);
    const RotationShell shell;
    const support::NatsServer server(binary, {.config = shell.config()});
    (void)shell.done(server, "push --all");
    std::optional old_client = RotationShell::connect(server, shell.creds());
    REQUIRE(*old_client);

    CHECK(
        contains(shell.refused(server, "rotate signing-key r -a A --finish"), "no such rotation has begun"));
    const std::string begun = shell.done(server, "rotate signing-key r -a A");
    CHECK(contains(begun, "signed anew by the new key: user u"));
    const std::string again = shell.done(server, "rotate signing-key r -a A");
    CHECK_FALSE(contains(again, "signed anew"));
    {
        const auto new_client = RotationShell::connect(server, shell.creds());
        REQUIRE(new_client);
        REQUIRE((*old_client)->flush(std::chrono::seconds(5)));
    }

    CHECK(contains(shell.refused(server, "rotate signing-key r -a A --finish"), "is connected"));
    old_client.reset();
    const std::string finished = shell.done(server, "rotate signing-key r -a A --finish --rm-nkey");
    CHECK(contains(finished, "deleted the seed of A"));
    CHECK(RotationShell::connect(server, shell.creds()));
    CHECK(shell("nsctl validate -A").exit_code == 0);
    CHECK(
        contains(shell.refused(server, "rotate signing-key r -a A --finish"), "no such rotation has begun"));
}

TEST_CASE("rotate signing-key: a user that the old key signs meanwhile holds it up until it is signed anew") {
    const RotationShell shell;
    const support::NatsServer server(support::nats_servers().back(), {.config = shell.config()});
    (void)shell.done(server, "push --all");
    const std::string old_key = shell.creds().user().issuer.text();
    (void)shell.done(server, "rotate signing-key r -a A");
    (void)shell.out("nsctl add user late -a A -K " + old_key);
    CHECK(contains(shell.refused(server, "rotate signing-key r -a A --finish"), "user late of the store"));
    (void)shell.done(server, "rotate signing-key r -a A");
    (void)shell.done(server, "rotate signing-key r -a A --finish");
}

TEST_CASE("rotate user: the old creds file is good until --finish, which revokes it on the servers") {
    const support::ServerBinary binary = a_release();
    CAPTURE(binary);
    const RotationShell shell;
    const support::NatsServer server(binary, {.config = shell.config()});
    (void)shell.done(server, "push --all");
    (void)shell.out("cp nsc/nkeys/creds/KO/A/u.creds old.creds");
    const auto old_creds = [&] { return jwt::Credentials::load(shell.folder / "old.creds").value(); };
    std::optional old_client = RotationShell::connect(server, old_creds());
    REQUIRE(*old_client);
    (void)shell.done(server, "rotate user u -a A");
    CHECK(RotationShell::connect(server, shell.creds()));
    CHECK(RotationShell::connect(server, old_creds()));
    CHECK(contains(shell.refused(server, "rotate user u -a A --finish"), "is connected"));
    old_client.reset();
    (void)shell.done(server, "rotate user u -a A --finish");
    CHECK_FALSE(RotationShell::connect(server, old_creds()));
    CHECK(RotationShell::connect(server, shell.creds()));
}

TEST_CASE(
    "rotate operator: the old key signs on until every server trusts the new one and has its accounts") {
    const support::ServerBinary binary = a_release();
    CAPTURE(binary);
    const RotationShell shell;
    const auto config = [&] {
        std::string text = shell.out("nsctl generate config --nats-resolver");
        const std::string folder = "./jwt";
        return text.replace(text.find(folder), folder.size(), (shell.folder / "jwt").string());
    };
    const std::string old_key = shell.out("nsctl describe operator --field sub").substr(1, 56);
    {
        const support::NatsServer server(binary, {.config = config()});
        (void)shell.done(server, "push --all");
        (void)shell.done(server, "rotate operator");
        CHECK(RotationShell::connect(server, shell.creds()));
        CHECK(contains(shell.refused(server, "rotate operator --finish"), "does not trust"));
    }
    const support::NatsServer server(binary, {.config = config()});
    CHECK(RotationShell::connect(server, shell.creds()));
    const std::string finished = shell.done(server, "rotate operator --finish");
    CHECK(contains(finished, "signed anew by the new key: account A"));
    CHECK(RotationShell::connect(server, shell.creds()));
    CHECK_FALSE(contains(shell.out("nsctl describe operator --json"), old_key));
    CHECK(shell("nsctl validate -A").exit_code == 0);
}

TEST_CASE("rotate signing-key: of a running service, and no renewal is refused meanwhile") {
    const Shell shell;
    (void)shell.out(
        "nsctl provisioning init --new-operator KO -a KUBECON -o service && "
        "sed -i 's/^ttl = .*/ttl = \"8s\"/' service/provisioner.toml && grep -q '\"8s\"' "
        "service/provisioner.toml && "
        "nsctl generate config --mem-resolver --sys-account SYS --config-file resolver.conf");
    const support::NatsServer server(
        support::nats_servers().back(),
        {.config = support::read_text(shell.folder / "resolver.conf") + "jetstream: {store_dir: \"" +
                   (shell.folder / "jetstream").string() + "\"}\n"});
    support::Process service(
        support::command("nats-provisioner", {"-s", server.url(), "--http", "127.0.0.1:0", "--config",
                                              (shell.folder / "service/provisioner.toml").string()}));
    service.wait_for_output("serving ");
    (void)shell.out(
        "nsctl provisioning add-requester ann -a KUBECON --key $(nats-req --enrol -o ann.requester.creds) -o "
        "ann.jwt && nats-req --enrol -o ann.requester.creds --jwt ann.jwt");
    const std::string ask = "nats-req -s " + server.url() + " --timeout 20s --access ann -o ann.creds ";
    (void)shell.out(ask + "--creds ann.requester.creds");
    support::Process kept(support::command(
        "nats-req",
        {"-s", server.url(), "--creds", (shell.folder / "ann.creds").string(), "--keep-renewed"}));
    const auto signer = [&] {
        const auto creds = jwt::Credentials::load(shell.folder / "ann.creds");
        return creds ? creds->user().issuer.text() : std::string();
    };
    const std::string old_key = signer();
    const std::string rotate =
        "nsctl rotate signing-key chat -a KUBECON --timeout 3 --config-file resolver.conf -u " + server.url();

    (void)shell.out(rotate);
    CHECK(contains(shell(rotate + " --finish").err, "signs with the old key"));
    const std::string new_key = shell.out(
        "grep -o '\"after\": \"A[A-Z0-9]*' nsc/accounts/nats/KO/.nsctl.rotations | grep -o 'A[A-Z0-9]*$' | "
        "tr -d '\\n'");
    (void)shell.out("cp nsc/nkeys/keys/A/" + new_key.substr(1, 2) + "/" + new_key +
                    ".nk service/chat.nk && "
                    "nsctl describe account KUBECON --raw > service/KUBECON.jwt");
    service.signal(SIGHUP);
    const bool gone_over = support::eventually([&] { return signer() == new_key; });
    CAPTURE(service.err(), kept.err(), new_key, signer());
    REQUIRE(gone_over);
    support::Outcome finished{};
    REQUIRE(support::eventually([&] {
        finished = shell(rotate + " --finish");
        return finished.exit_code == 0;
    }));
    (void)shell.out("nsctl describe account KUBECON --raw > service/KUBECON.jwt");
    service.signal(SIGHUP);
    const auto renewed = [&] { return std::filesystem::last_write_time(shell.folder / "ann.creds"); };
    const auto before = renewed();
    REQUIRE(support::eventually([&] { return renewed() > before; }));
    CHECK(signer() == new_key);
    CHECK(old_key != new_key);
    CAPTURE(kept.err(), service.err());
    CHECK_FALSE(contains(kept.err(), "refused"));
    CHECK_FALSE(contains(service.err(), "signing_key_unusable"));
}

TEST_CASE(
    "rotate operator --sk: the new signing key signs what the old one did, once every server trusts it") {
    const RotationShell shell;
    const std::string old_key = shell.out("nsctl generate nkey --operator --store").substr(0, 56);
    (void)shell.out("nsctl edit operator --sk " + old_key + " && nsctl edit account A --description x -K " +
                    old_key);
    const auto config = [&] {
        std::string text = shell.out("nsctl generate config --nats-resolver");
        const std::string folder = "./jwt";
        return text.replace(text.find(folder), folder.size(), (shell.folder / "jwt").string());
    };
    const std::string command = "rotate operator --sk " + old_key;
    {
        const support::NatsServer server(support::nats_servers().back(), {.config = config()});
        (void)shell.done(server, "push --all");
        (void)shell.done(server, command);
        CHECK(contains(shell.refused(server, command + " --finish"), "does not trust"));
    }
    const support::NatsServer server(support::nats_servers().back(), {.config = config()});
    CHECK(RotationShell::connect(server, shell.creds()));
    CHECK(contains(shell.done(server, command + " --finish"), "signed anew by the new key: account A"));
    CHECK(RotationShell::connect(server, shell.creds()));
    CHECK_FALSE(contains(shell.out("nsctl describe operator --json"), old_key));
    CHECK(shell("nsctl validate -A").exit_code == 0);
}

namespace {

/// The same, with account B that imports a private service of A, on servers that can forget accounts.
struct TwoAccounts : RotationShell {
    TwoAccounts() {
        (void)out(
            "nsctl add export -a A --service --private --subject a.help && nsctl add account B && "
            "nsctl generate activation -a A -t B --subject a.help -o help.jwt && "
            "nsctl add import -a B --token help.jwt && nsctl add user b -a B && "
            "sed -i 's/allow_delete: false/allow_delete: true/' nats.conf");
    }
    [[nodiscard]] jwt::Credentials creds_of(const std::string& user) const {
        return jwt::Credentials::load(folder / ("nsc/nkeys/creds/KO/" + user + ".creds")).value();
    }
    [[nodiscard]] std::string key_of(const std::string& account) const {
        return out("nsctl describe account " + account + " --field sub").substr(1, 56);
    }
};

}  // namespace

TEST_CASE(
    "rotate account: another account takes its place when nobody is connected to the old one any more") {
    const TwoAccounts shell;
    const support::NatsServer server(support::nats_servers().back(), {.config = shell.config()});
    (void)shell.done(server, "push --all");
    const std::string old_key = shell.key_of("A");
    const auto old_creds = [&] { return shell.creds_of("A/u"); };
    std::optional old_client = RotationShell::connect(server, old_creds());
    REQUIRE(*old_client);
    CHECK(contains(shell.refused(server, "rotate account SYS"), "system account"));

    CHECK(contains(shell.done(server, "rotate account A"), "signed for the new account: user u"));

    const std::string new_key = shell.key_of("A.next");
    CHECK_FALSE(contains(shell.done(server, "rotate account A"), "signed for the new account: user u"));
    CHECK(shell.key_of("A.next") == new_key);
    CHECK(RotationShell::connect(server, shell.creds_of("A.next/u")));
    CHECK(RotationShell::connect(server, old_creds()));
    CHECK(shell("nsctl validate -A").exit_code == 0);
    CHECK(contains(shell.refused(server, "rotate account A --finish"), "is connected"));
    CHECK(shell.key_of("A") == old_key);

    jwt::Credentials kept = old_creds();
    old_client.reset();
    (void)shell.done(server, "rotate account A --finish --rm-nkey");

    CHECK(shell.key_of("A") == new_key);
    CHECK(shell("nsctl describe account A.next").exit_code == 1);
    CHECK_FALSE(RotationShell::connect(server, std::move(kept)));
    const auto helper = RotationShell::connect(server, shell.creds_of("A/u"));
    REQUIRE(helper);
    CHECK(contains(shell.out("nsctl describe account B --json"), new_key));
    CHECK_FALSE(contains(shell.out("nsctl describe account B --json"), old_key));
    CHECK(shell("nsctl validate -A").exit_code == 0);
    CHECK(contains(shell.refused(server, "rotate account A --finish"), "no such rotation has begun"));
}

TEST_CASE(
    "rotate account: what the account imports is activated for its new key by those who are in the store") {
    const TwoAccounts shell;
    const support::NatsServer server(support::nats_servers().back(), {.config = shell.config()});
    (void)shell.done(server, "push --all");
    (void)shell.done(server, "rotate account B");
    (void)shell.done(server, "rotate account B --finish");
    CHECK(shell("nsctl validate -A").exit_code == 0);
    CHECK(shell.done(server, "push --all --diff").find("differs") == std::string::npos);
    CHECK(RotationShell::connect(server, shell.creds_of("B/b")));
}
