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

/// A certified OpenID provider, which nobody here wrote, with two clients: ci and web.
class CertifiedIssuer {
  public:
    CertifiedIssuer() : provider_(start(certificates_)) {
        constexpr std::string_view said = "issuer ";
        provider_.wait_for_output(std::string(said) + "https://127.0.0.1:");
        const std::string out = provider_.out();
        const std::size_t at = out.find(said) + said.size();
        name_ = out.substr(at, out.find('\n', at) - at);
    }

    /// An access token that this client gets for the audience nats, signed by that algorithm.
    [[nodiscard]] std::string token(const std::string& client, const std::string& algorithm) const {
        Command line;
        line.argv = {"curl",
                     "-sS",
                     "--cacert",
                     certificates_.file("ca.pem"),
                     "-u",
                     client + ":secret",
                     "-d",
                     "grant_type=client_credentials",
                     "-d",
                     "resource=urn:nats:" + algorithm,
                     name_ + "/token"};
        const Outcome answer = run(line);
        INFO(answer.err);
        INFO(answer.out);
        const std::string field = R"("access_token":")";
        const std::size_t at = answer.out.find(field);
        REQUIRE(at != std::string::npos);
        const std::size_t begin = at + field.size();
        return answer.out.substr(begin, answer.out.find('"', begin) - begin);
    }

    [[nodiscard]] std::string lines(const std::string& role) const {
        return "[[identity.oidc]]\nname = \"ci\"\nissuer = \"" + name_ +
               "\"\naudience = [\"nats\"]\nca = \"" + certificates_.file("ca.pem") +
               "\"\n[[identity.oidc.rule]]\nwhen = { client_id = \"ci\" }\nrole = \"" + role +
               "\"\nname = \"{{claim(client_id)}}-job\"\n";
    }

  private:
    static Command start(const Certificates& certificates) {
        Command line;
        line.argv = {"node", source_root() + "/tests/support/oidc-provider/issuer.mjs",
                     source_root() + "/.deps/oidc-provider", certificates.file("server.pem"),
                     certificates.file("server-key.pem")};
        return line;
    }

    Certificates certificates_;
    Process provider_;
    std::string name_;
};

/// A service that answers requests, and a server.
class RequestScene {
  public:
    /// With these lines about an issuer, whose rules give the role `deploy`, and these more in that role.
    explicit RequestScene(const std::string& issuer, const std::string& role = "identity = \"ci\"\n")
        : server_(nats_servers().back(), {.config = tree_.config()}) {
        tree_.folder().write("service.toml",
                             "account = \"KUBECON.jwt\"\ndefault_role = \"open\"\n[connection]\nserver = \"" +
                                 server_.url() +
                                 "\"\ncreds = \"chat-access.creds\"\n[audit]\nfile = \"audit.jsonl\"\n"
                                 "[roles.open]\nsigning_key = \"signing.nk\"\nttl = \"1h\"\nsubscribe = "
                                 "[\"_INBOX_.{{subject()}}.>\"]\n[roles.deploy]\nsigning_key = "
                                 "\"signing.nk\"\nttl = \"1h\"\n" +
                                 role +
                                 "publish = [\"deploy.>\"]\nsubscribe = [\"_INBOX_.{{subject()}}.>\", "
                                 "\"deploy.{{name()}}\"]\n" +
                                 issuer);
    }

    [[nodiscard]] Command service(std::vector<std::string> more = {}) const {
        more.insert(more.begin(), {"--config", (tree_.folder() / "service.toml").string()});
        return command("nats-provisioner", more);
    }

    /// nats-req with that token in a file, and no credentials yet.
    [[nodiscard]] Outcome ask(const std::string& token, std::vector<std::string> more = {}) const {
        tree_.folder().write("token", token);
        std::filesystem::remove(creds());
        more.insert(more.begin(), {"-s", server_.url(), "--creds", tree_.requester_creds(), "--identity",
                                   "oidc=token", "-o", "ci.creds"});
        Command line = command("nats-req", more);
        line.folder = tree_.folder().path();
        return run(line);
    }

    /// nats-req with a token in a variable of its environment.
    [[nodiscard]] Command with_variable(const std::string& name, const std::string& value,
                                        const std::string& identity) const {
        Command line =
            command("nats-req", {"-s", server_.url(), "--creds", tree_.requester_creds(), "--identity",
                                 identity, "-o", "variable.creds", "--fresh", "--access", "ci-acme-shop"});
        line.environment[name] = value;
        line.folder = tree_.folder().path();
        return line;
    }

    [[nodiscard]] std::string creds() const { return (tree_.folder() / "ci.creds").string(); }
    void write(const std::string& name, const std::string& text) const { tree_.folder().write(name, text); }
    [[nodiscard]] std::string url() const { return server_.url(); }
    [[nodiscard]] std::string audit() const { return read_text(tree_.folder() / "audit.jsonl"); }

  private:
    TrustTree tree_;
    NatsServer server_;
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
    service.wait_for_output("no token can be checked yet");
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
    const std::string host = server.url().substr(server.url().find("//") + 2);
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
