// What servers refuse as revoked is not renewed: the account is followed, by each way, on every server.
#include <csignal>
#include <optional>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/access/renewal.h>
#include <natscreds/access/request.h>
#include <natscreds/base/random.h>
#include <natscreds/bus/connection.h>
#include <natscreds/jwt/creds.h>
#include <support/eventually.h>
#include <support/nats_server.h>
#include <support/signing.h>

#include "nsctl_shell.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;
using support::command;

namespace {

/// How the service knows what the account revokes.
struct Way {
    std::string resolver;  ///< the servers'
    std::string system;    ///< the service's table, if there is one
};

const Way asks_full{"nats", "[system]\ncreds = \"nsc/nkeys/creds/KO/SYS/sys.creds\"\n"};
const Way asks_memory{"mem", asks_full.system};
const Way reads_file{"nats", ""};

constexpr const char* policy = R"(
account = "KUBECON.jwt"
requests = "direct"
[roles.chat]
signing_key = "sk.nk"
ttl = "1h"
renewable = true
publish = ["chat.>"]
subscribe = ["_INBOX_.{{subject()}}.>"]
[connection]
creds = "nsc/nkeys/creds/KO/KUBECON/service.creds"
)";

/// A direct deployment, made with nsctl.
class Scene : public Shell {
  public:
    Scene(const support::ServerBinary& binary, const Way& way) : way_(way) {
        (void)out("nsctl add operator KO --sys && nsctl add account KUBECON");
        signing_key = out("nsctl generate nkey --account --store").substr(0, 56);
        (void)out("nsctl edit account --sk $SK && nsctl add user service && nsctl add user requester");
        (void)out("cp $(find nsc/nkeys -name $SK.nk) sk.nk && chmod 600 sk.nk");
        (void)out("nsctl generate config --" + way.resolver + "-resolver --config-file server.conf");
        give_account();
        server.emplace(binary, support::ServerSetup{.config_file = folder / "server.conf"});
        if (way.resolver == "nats") (void)out("nsctl push --all -u " + server->url());
        folder.write("direct.toml", policy + way.system);
        service.emplace(command("nats-provisioner",
                                {"--config", (folder / "direct.toml").string(), "-s", server->url()}));
        service->wait_for_output("serving chat.req.access");
        bus::ConnectionOptions options;
        options.servers = {server->url()};
        options.credentials =
            jwt::Credentials::load(folder / "nsc/nkeys/creds/KO/KUBECON/requester.creds").value();
        requester.emplace(bus::Connection::open(std::move(options)).value());
    }

    /// Edits the account, and gives it to the servers, and to the service as this way has it.
    void change_account(const std::string& line) {
        (void)out(line);
        (void)out("nsctl push -a KUBECON -u " + server->url());
        if (way_.system.empty()) give_account();
    }

    [[nodiscard]] std::string ask(const std::string& endpoint, const std::string& body) {
        bus::Message message;
        message.subject = "chat.req." + endpoint;
        message.body = body;
        const auto reply = requester->request(message, std::chrono::seconds(5));
        return reply ? reply->body : reply.error().message();
    }

    [[nodiscard]] std::string access(const nkeys::SigningKey& key) {
        return ask("access", access::encode_request(
                                 {.name = "mallory", .role = {}, .ttl = {}, .identity = {}}, key,
                                 {.audience = "chat.req.access", .now = support::real_time()}, random_));
    }

    [[nodiscard]] std::string renew(const jwt::Credentials& current) {
        return ask("renew", access::encode_renewal(
                                {current.user().token}, current.key(),
                                {.audience = "chat.req.renew", .now = support::real_time()}, random_));
    }

    [[nodiscard]] bool lets_in(const std::string& creds) const {
        bus::ConnectionOptions options;
        options.servers = {server->url()};
        options.credentials = jwt::Credentials::load(folder / creds).value();
        return bus::Connection::open(std::move(options)).has_value();
    }

    std::optional<support::NatsServer> server;
    std::optional<support::Process> service;
    std::optional<bus::Connection> requester;

  private:
    void give_account() const {
        (void)out("cp nsc/accounts/nats/KO/accounts/KUBECON/KUBECON.jwt new.jwt && mv new.jwt KUBECON.jwt");
    }

    Way way_;
    base::SystemRandom random_;
};

}  // namespace

TEST_CASE(
    "Revocation: a key that servers refuse is neither renewed nor given a new JWT, until it is lifted") {
    const support::ServerBinary binary = GENERATE(from_range(support::nats_servers()));
    const Way way = GENERATE(asks_full, asks_memory, reads_file);
    CAPTURE(binary, way.resolver, way.system);
    Scene scene(binary, way);
    (void)scene.out("nats-req -s " + scene.server->url() +
                    " -creds nsc/nkeys/creds/KO/KUBECON/requester.creds --access mallory -o mallory.creds");
    const auto mallory = jwt::Credentials::load(scene.folder / "mallory.creds").value();
    const std::string key = mallory.key().public_key().text();
    REQUIRE(scene.lets_in("mallory.creds"));
    REQUIRE(contains(scene.renew(mallory), "\"jwt\""));

    scene.change_account("nsctl revocations add-user -a KUBECON -u " + key);

    REQUIRE_FALSE(scene.lets_in("mallory.creds"));
    scene.service->wait_for_output("a newer JWT of the account");
    CHECK(contains(scene.renew(mallory), "\"denied\""));
    CHECK(contains(scene.access(mallory.key()), "\"denied\""));

    scene.change_account("nsctl revocations delete-user -a KUBECON -u " + key);
    CHECK(support::eventually([&] { return contains(scene.access(mallory.key()), "\"jwt\""); }));
}

TEST_CASE(
    "Revocation: a service that starts with an old account file asks the servers before its first answer") {
    Scene scene(support::nats_servers().back(), asks_full);
    (void)scene.out("nats-req -s " + scene.server->url() +
                    " -creds nsc/nkeys/creds/KO/KUBECON/requester.creds --access mallory -o mallory.creds");
    const auto mallory = jwt::Credentials::load(scene.folder / "mallory.creds").value();
    scene.service->signal(SIGTERM);
    REQUIRE(scene.service->wait().exit_code == 0);
    scene.change_account("nsctl revocations add-user -a KUBECON -u " + mallory.key().public_key().text());
    scene.service.emplace(command("nats-provisioner", {"--config", (scene.folder / "direct.toml").string(),
                                                       "-s", scene.server->url()}));
    scene.service->wait_for_output("serving chat.req.access");
    CHECK(contains(scene.renew(mallory), "\"denied\""));
}

TEST_CASE("Revocation: --check asks servers as [system] says, and names what is wrong with that") {
    const Scene scene(support::nats_servers().back(), asks_full);
    const Shell others;
    (void)others.out("nsctl add operator KO --sys");
    const auto check = [&](const std::filesystem::path& creds, const std::string& url) {
        scene.folder.write("check.toml", policy + ("[system]\ncreds = \"" + creds.string() + "\"\n"));
        return scene("nats-provisioner --config check.toml --check -s " + url);
    };
    const std::filesystem::path own = scene.folder / "nsc/nkeys/creds/KO";
    const support::Outcome good = check(own / "SYS/sys.creds", scene.server->url());
    CHECK(good.exit_code == 0);
    CHECK(contains(good.out, "ready to follow the JWT of account A"));

    const support::Outcome user = check(own / "KUBECON/requester.creds", scene.server->url());
    CHECK(user.exit_code != 0);
    CHECK(contains(user.err,
                   "[system]: requester: no server answers questions about accounts to this user: "
                   "it is not one of the system account"));
    const support::Outcome stranger =
        check(others.folder / "nsc/nkeys/creds/KO/SYS/sys.creds", scene.server->url());
    CHECK(stranger.exit_code != 0);
    CHECK(contains(stranger.err, "[system]: "));
    CHECK(contains(stranger.err, "Authorization Violation"));
    const support::Outcome nobody = check(own / "SYS/sys.creds", "nats://127.0.0.1:1");
    CHECK(nobody.exit_code != 0);
    CHECK(contains(nobody.err, "[system]: nats://127.0.0.1:1"));

    // The file is ahead of the servers; then these take no more what the service signs.
    (void)scene.out(
        "nsctl edit account KUBECON --description later && nsctl describe account KUBECON --raw > "
        "KUBECON.jwt");
    CHECK(contains(check(own / "SYS/sys.creds", scene.server->url()).err,
                   "warning: the servers' JWT of account KUBECON: "));
    (void)scene.out("nsctl edit account KUBECON --rm-sk $SK && nsctl push -a KUBECON -u " +
                    scene.server->url());
    CHECK(contains(check(own / "SYS/sys.creds", scene.server->url()).err,
                   "warning: role chat, by the servers' JWT of account KUBECON, issued "));
}

TEST_CASE("Revocation: --check -s connects as the service will, and says why a server refuses it") {
    const Scene scene(support::nats_servers().back(), asks_full);
    scene.folder.write("check.toml", policy);
    const auto check = [&](const std::string& options) {
        return scene("nats-provisioner --config check.toml --check " + options);
    };
    CHECK_FALSE(contains(check("").out, "ready to connect"));

    const support::Outcome good = check("-s " + scene.server->url());
    CHECK(good.exit_code == 0);
    CHECK(contains(good.out, "ready to connect to " + scene.server->url() + "\n"));
    CHECK(
        contains(good.err, "warning: without [system] the servers' JWTs of the accounts are not looked at"));

    const Shell others;
    (void)others.out(
        "nsctl add operator KO --sys && nsctl add account KUBECON && nsctl add user -a KUBECON provisioner");
    const support::Outcome stranger =
        check("-s " + scene.server->url() + " --creds " +
              (others.folder / "nsc/nkeys/creds/KO/KUBECON/provisioner.creds").string());
    CHECK(stranger.exit_code != 0);
    CHECK(contains(stranger.err, "Authorization Violation"));
    CHECK_FALSE(contains(stranger.out, "ready"));
    CHECK(check("-s nats://127.0.0.1:1").exit_code != 0);
}
