// A CI job's token, from its issuer over TLS to credentials and to a connection, with the programs as they are.
#include <atomic>
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <support/callout_tree.h>
#include <support/certificates.h>
#include <support/foreign_issuer.h>
#include <support/https_server.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/signing.h>
#include <support/trust_tree.h>

#include "oidc_scene.h"

using namespace natscreds;
using namespace natscreds::support;

namespace {

/// An issuer of tokens that publishes its keys; it can be made to answer with something else.
class OidcIssuer {
  public:
    OidcIssuer()
        : key_("RS512", "k1"),
          server_(certificates_, [this](const HttpsCall& call) { return answer(call); }) {}

    [[nodiscard]] std::string name() const { return server_.url(); }
    [[nodiscard]] std::string ca() const { return certificates_.file("ca.pem"); }

    [[nodiscard]] std::string token(const std::string& repository,
                                    const std::string& audience = "nats") const {
        const auto now = real_time().time_since_epoch().count();
        return key_.token(R"({"iss":")" + name() + R"(","aud":")" + audience + R"(","sub":"repo:)" +
                          repository + R"(","repository":")" + repository + R"(","iat":)" +
                          std::to_string(now) + R"(,"exp":)" + std::to_string(now + 600) + "}");
    }

    /// The lines of a configuration that believe it.
    [[nodiscard]] std::string lines(const std::string& role) const {
        return "[[identity.oidc]]\nname = \"ci\"\nissuer = \"" + name() + "\"\naudience = \"nats\"\nca = \"" +
               ca() + "\"\n[[identity.oidc.rule]]\nwhen = { repository = \"acme/*\" }\nrole = \"" + role +
               "\"\nname = \"ci-{{claim(repository)}}\"\nttl = \"5m\"\n";
    }

    [[nodiscard]] std::string keys() const { return R"({"keys":[)" + key_.jwk() + "]}"; }

    std::atomic<bool> redirects = false;

  private:
    [[nodiscard]] HttpsReply answer(const HttpsCall& call) const {
        if (redirects) return {.status = 302, .location = name() + "/elsewhere"};
        if (call.target == "/jwks" || call.target == "/elsewhere") return {.body = keys()};
        if (call.target != "/.well-known/openid-configuration") return {.status = 404};
        return {.body = R"({"issuer":")" + name() + R"(","jwks_uri":")" + name() + R"(/jwks"})"};
    }

    Certificates certificates_;
    ForeignIssuer key_;
    HttpsServer server_;
};

constexpr int refused_by_server = 5;

}  // namespace

TEST_CASE("nats-req: a CI job's token becomes the credentials that the rules say, and no others do") {
    const OidcIssuer issuer;
    const RequestScene scene(issuer.lines("deploy"));
    const Outcome checked = run(scene.service({"--check"}));
    INFO(checked.err);
    CHECK(checked.exit_code == 0);
    CHECK(checked.out.find("ready to check tokens of " + issuer.name() +
                           " for the audience nats: 1 key (RS512)") != std::string::npos);

    Process service(scene.service());
    service.wait_for_output("serving chat.req.access");
    const Outcome asked = scene.ask(issuer.token("acme/shop"), {"--default-name"});
    INFO(asked.err);
    CHECK(asked.exit_code == 0);
    CHECK(std::filesystem::status(scene.creds()).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    Process own(command("nats-sub", {"-s", scene.url(), "--creds", scene.creds(), "deploy.ci-acme-shop"}));
    own.wait_for_output("listening on deploy.ci-acme-shop");
    CHECK(run(command("nats-sub", {"-s", scene.url(), "--creds", scene.creds(), "deploy.ci-other"}))
              .exit_code == refused_by_server);
    CHECK(scene.audit().find("\"owner\":\"oidc:" + issuer.name() + "#repo:acme/shop\"") != std::string::npos);

    const Outcome by_variable =
        run(scene.with_variable("CI_TOKEN", issuer.token("acme/shop"), "oidc=env:CI_TOKEN"));
    INFO(by_variable.err);
    CHECK(by_variable.exit_code == 0);
    const Outcome unset = run(scene.with_variable("OTHER", "x", "oidc=env:CI_TOKEN"));
    CHECK(unset.err.find("the variable CI_TOKEN is not set") != std::string::npos);

    const Outcome evil = scene.ask(issuer.token("evil/shop"), {"--access", "x"});
    CHECK(evil.exit_code != 0);
    CHECK(evil.err.find("no rule gives a role to this identity") != std::string::npos);
    service.wait_for_output(R"(repository is "evil/shop", expected "acme/*")");
    const Outcome elsewhere = scene.ask(issuer.token("acme/shop", "vault"), {"--access", "x"});
    CHECK(elsewhere.err.find("the token was made for another audience") != std::string::npos);
    CHECK(service.stop().exit_code == 0);
}

TEST_CASE("nats-req: access tokens of a certified OpenID provider are believed in each of its algorithms") {
    const CertifiedIssuer issuer;
    const RequestScene scene(issuer.lines("deploy"));
    const Outcome checked = run(scene.service({"--check"}));
    INFO(checked.err);
    CHECK(checked.out.find("5 keys (ES256, ES384, EdDSA, PS256, RS256)") != std::string::npos);
    Process service(scene.service());
    service.wait_for_output("serving chat.req.access");
    for (const char* algorithm : {"RS256", "PS256", "ES256", "ES384", "EdDSA"}) {
        CAPTURE(algorithm);
        const Outcome other = scene.ask(issuer.token("web", algorithm), {"--default-name"});
        CHECK(other.err.find("no rule gives a role to this identity") != std::string::npos);
        const Outcome asked = scene.ask(issuer.token("ci", algorithm), {"--default-name"});
        INFO(asked.err);
        CHECK(asked.exit_code == 0);
        CHECK(run(command("nats-sub", {"-s", scene.url(), "--creds", scene.creds(), "deploy.other"}))
                  .exit_code == refused_by_server);
    }
    Process own(command("nats-sub", {"-s", scene.url(), "--creds", scene.creds(), "deploy.ci-job"}));
    own.wait_for_output("listening on deploy.ci-job");
    std::string altered = issuer.token("ci", "ES256");
    altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
    CHECK(scene.ask(altered, {"--access", "x"}).exit_code != 0);
}

TEST_CASE("nats-provisioner: keys in a file take the place of discovery; a file that is not there is named") {
    OidcIssuer issuer;
    issuer.redirects = true;
    std::string lines = issuer.lines("deploy");
    lines.replace(lines.find("ca = "), lines.find('\n', lines.find("ca = ")) - lines.find("ca = "),
                  "jwks = \"keys.json\"");
    const RequestScene scene(lines);
    for (const Outcome& missing : {run(scene.service()), run(scene.service({"--check"}))}) {
        CHECK(missing.exit_code != 0);
        CHECK(missing.err.find("keys.json") != std::string::npos);
    }
    scene.write("keys.json", issuer.keys());
    Process service(scene.service());
    service.wait_for_output("serving chat.req.access");
    CHECK(scene.ask(issuer.token("acme/shop"), {"--default-name"}).exit_code == 0);
    CHECK(service.stop().exit_code == 0);
}

TEST_CASE("nats-provisioner: --check warns of a role that rules give and that is had without a token") {
    const OidcIssuer issuer;
    const Outcome open = run(RequestScene(issuer.lines("deploy"), "").service({"--check"}));
    CHECK(open.err.find("warning: whoever may ask has the role deploy without a token") != std::string::npos);
    CHECK(open.exit_code == 0);
    const Outcome closed = run(RequestScene(issuer.lines("deploy")).service({"--check"}));
    CHECK(closed.err.find("without a token") == std::string::npos);
}

TEST_CASE("nats-provisioner: an issuer that redirects is not followed, and the service starts all the same") {
    OidcIssuer issuer;
    issuer.redirects = true;
    const RequestScene scene(issuer.lines("deploy"));
    const Outcome checked = run(scene.service({"--check"}));
    CHECK(checked.exit_code != 0);
    CHECK(checked.err.find("it answered 302") != std::string::npos);
    Process service(scene.service());
    service.wait_for_output("tokens cannot be checked yet");
    service.wait_for_output("serving chat.req.access");
    const Outcome asked = scene.ask(issuer.token("acme/shop"), {"--access", "ci-acme-shop"});
    CHECK(asked.err.find("the issuer's keys cannot be had at present") != std::string::npos);
    CHECK(service.stop().exit_code == 0);
}

TEST_CASE(
    "nats-sub: a CI job's token alone lets its client in by auth callout, where no ServiceAccount is known") {
    const OidcIssuer issuer;
    const CalloutTree tree(WayIn::default_sentinel, Sealed::yes);
    const NatsServer server(nats_servers().back(), {.config = tree.server_config()});
    std::string policy = read_text(tree.write_policy(server.url(), ""));
    policy.erase(policy.find("[service_roles]"));
    policy +=
        "[roles.ci]\nsigning_key = \"users.nk\"\nttl = \"1h\"\nidentity = \"ci\"\nsubscribe = "
        "[\"jobs.{{name()}}\", "
        "\"_INBOX_.{{subject()}}.>\"]\n" +
        issuer.lines("ci");
    const std::string file = tree.folder().write("oidc.toml", policy).string();
    Process service(command("nats-provisioner", {"--config", file}));
    service.wait_for_output("serving $SYS.REQ.USER.AUTH");
    const std::string host = server.address();
    const auto subscriber = [&](const std::string& who, const std::string& subject) {
        Command line = command("nats-sub", {});
        line.argv = {
            "sh", "-c",
            "exec " + program("nats-sub") + " -s nats://" + who + "$(cat token)@" + host + " " + subject};
        line.folder = tree.folder().path();
        return line;
    };
    tree.folder().write("token", issuer.token("acme/shop"));
    Process alone(subscriber("", "jobs.ci-acme-shop"));
    alone.wait_for_output("listening on jobs.ci-acme-shop");
    Process named(subscriber("oidc:", "jobs.ci-acme-shop"));
    named.wait_for_output("listening on jobs.ci-acme-shop");
    CHECK(run(subscriber("", "jobs.ci-other")).exit_code == refused_by_server);
    tree.folder().write("token", issuer.token("evil/shop"));
    CHECK(run(subscriber("", "jobs.ci-evil-shop")).exit_code == refused_by_server);
    service.wait_for_output("expected \"acme/*\"");
    CHECK(service.stop().exit_code == 0);
}
