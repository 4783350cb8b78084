#pragma once

// The whole way of a ServiceAccount's token, from its cluster to a connection: the same against a cluster that answers
// what a real one did, and against a real one.

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/access/client.h>
#include <natscreds/base/file.h>
#include <natscreds/base/random.h>
#include <natscreds/bus/connection.h>
#include <support/cluster.h>
#include <support/cluster_tokens.h>
#include <support/eventually.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/signing.h>
#include <support/trust_tree.h>

namespace natscreds::support {

/// A server, and a service that checks tokens of a cluster as it is told: "offline" or "review". Its role `backend` is
/// for nats-io/nats-user; who names no role gets what a NatsServiceRole allows, which is in a file.
class IdentityDeployment {
  public:
    IdentityDeployment(Cluster& cluster, const std::string& check)
        : cluster_(cluster), server_(nats_servers().back(), {.config = tree_.config()}) {
        write_secret(tree_.folder() / "service.creds",
                     tree_.credentials(new_key(nkeys::Kind::user), {}).text());
        may("[hello.world]");
        const std::string file = tree_.folder().write("service.toml", configuration(check)).string();
        service_ = std::make_unique<Process>(command("nats-provisioner", {"--config", file}));
        service_->wait_for_output("serving chat.req.access");
    }

    /// From now on nats-io/nats-user's NatsServiceRole lets it subscribe to that.
    void may(const std::string& subscribe) const {
        const auto written = tree_.folder().write("new.yaml", R"(apiVersion: nats.io/v1alpha2
kind: NatsServiceRole
metadata: {name: nats-user, namespace: nats-io, labels: {nats_cluster: example-nats}}
spec: {permissions: {publish: ["foo.*"], subscribe: )" + subscribe +
                                                                  "}}\n");
        std::filesystem::create_directories(tree_.folder() / "roles");
        std::filesystem::rename(written, role_file());
    }
    std::filesystem::path role_file() const { return tree_.folder() / "roles" / "nats-user.yaml"; }

    /// What --check says of the service's configuration.
    Outcome check() const {
        return run(
            command("nats-provisioner", {"--config", (tree_.folder() / "service.toml").string(), "--check"}));
    }

    /// What the service answers who asks for a name and a role on the strength of that token.
    access::Answer ask(const std::string& token, const std::string& name = "wallyqs",
                       const std::string& role = "backend") {
        auto connection = connect(tree_.credentials(new_key(nkeys::Kind::user), {}));
        access::AccessQuery question{
            .options = {.name = name, .role = role}, .requester = {}, .expected_account = {}};
        question.options.identity = identity(token);
        return access::request_access(through(connection), question).value();
    }

    /// What the service answers when these credentials are to be renewed.
    access::Answer renew(const jwt::Credentials& current, const std::optional<std::string>& token) {
        auto connection = connect(jwt::Credentials::parse(current.text()).value());
        std::optional<access::Identity> proof;
        if (token) proof = identity(*token);
        return access::request_renewal(through(connection), current, proof).value();
    }

    bus::Connection connect(jwt::Credentials credentials) const {
        bus::ConnectionOptions options;
        options.servers = {server_.url()};
        options.credentials = std::move(credentials);
        auto connection = bus::Connection::open(std::move(options));
        REQUIRE(connection);
        return *std::move(connection);
    }

    /// A token for this service.
    std::string token(const std::string& name = "nats-user") {
        return cluster_.token({.service_account = "nats-io/" + name, .audience = "nats"});
    }

    const TrustTree& tree() const { return tree_; }
    std::string url() const { return server_.url(); }
    std::string audit() const { return base::read_file(tree_.folder() / "audit.jsonl", 1024 * 1024).value(); }

  private:
    static access::Identity identity(const std::string& token) {
        return {.kind = "kubernetes", .token = base::Secret::copy_of(base::as_bytes(token))};
    }

    access::Service through(bus::Connection& connection) {
        return {.requests = connection,
                .clock = clock_,
                .random = random_,
                .subjects = access::Subjects(),
                .timeout = default_timeout};
    }

    std::string configuration(const std::string& check) const {
        return "account = \"KUBECON.jwt\"\ndefault_role = \"backend\"\n"
               "[connection]\nserver = \"" +
               server_.url() +
               "\"\ncreds = \"service.creds\"\n"
               "[audit]\nfile = \"audit.jsonl\"\n"
               "[identity.kubernetes]\nissuer = \"" +
               cluster_.issuer() + "\"\naudience = \"nats\"\ncheck = \"" + check + "\"\napi_server = \"" +
               cluster_.issuer() + "\"\nca = \"" + cluster_.ca() + "\"\ntoken = \"" +
               cluster_.own_token_file() +
               "\"\nproofs_per_second = 10000\n"
               "[roles.backend]\nsigning_key = \"signing.nk\"\nttl = \"1h\"\nrenewable = true\n"
               "service_accounts = [\"nats-io/nats-user\"]\n"
               "publish = [\"orders.*\", \"chat.req.renew\"]\n"
               "subscribe = [\"_INBOX_.{{subject()}}.>\", \"orders.*\"]\npayload = 8192\n"
               "[service_roles]\ncluster = \"example-nats\"\nrole = \"service\"\nfolder = \"roles\"\n"
               "[roles.service]\nsigning_key = \"signing.nk\"\nttl = \"1h\"\nrenewable = true\n"
               "publish = [\"chat.req.renew\"]\nsubscribe = [\"_INBOX_.{{subject()}}.>\"]\npayload = 8192\n";
    }

    Cluster& cluster_;
    TrustTree tree_;
    NatsServer server_;
    base::SystemClock clock_;
    base::SystemRandom random_;
    std::unique_ptr<Process> service_;
};

inline access::Granted granted(access::Answer answer) {
    if (const auto* const refusal = std::get_if<access::Refusal>(&answer)) FAIL(refusal->error.message());
    return std::get<access::Granted>(std::move(answer));
}

/// The sentence of the refusal, which is for the reason given.
inline std::string refused(const access::Answer& answer,
                           access::Reason reason = access::Reason::bad_identity) {
    const auto* const refusal = std::get_if<access::Refusal>(&answer);
    if (refusal == nullptr) return "it was granted";
    CHECK(refusal->error.code == reason);
    return refusal->error.detail;
}

/// Whether a connection with these credentials hears what it says, and on which subjects.
inline void check_use(IdentityDeployment& deployment, const access::Granted& credentials) {
    bus::Connection user =
        deployment.connect(jwt::Credentials::parse(credentials.credentials.text()).value());
    std::atomic<int> heard = 0;
    const auto listening = user.listen(
        {"orders.*", ""}, [&](const bus::Message&) { ++heard; }, default_timeout);
    REQUIRE(listening);
    REQUIRE(user.publish("orders.new", "1"));
    CHECK(eventually([&] { return heard == 1; }));
    CHECK(user.listen(
                  {"payroll", ""}, [](const bus::Message&) {}, default_timeout)
              .error()
              .code == bus::Errc::permission_denied);
}

/// Tokens that would like to be believed: none is, none takes the name that it asks for, and the audit counts them.
inline void check_hostile(Cluster& cluster, IdentityDeployment& deployment) {
    const ForeignIssuer attacker("RSA", "attacker");
    const std::string claims = TokenClaims{.issuer = cluster.issuer(), .issued = real_time()}.json();
    std::string lookalike = claims;
    lookalike.replace(lookalike.find("nats-user"), 9, "nats-us\xd0\xb5r");
    const std::vector<std::string> tokens{
        attacker.token_with_header(R"({"alg":"none"})", claims),
        attacker.token_with_header(R"({"alg":"HS256","kid":"key-0"})", claims),
        attacker.token_with_header(R"({"alg":"RS256","kid":"../../../etc/passwd"})", claims),
        attacker.token_with_header(R"({"alg":"RS256","alg":"none"})", claims),
        attacker.token_with_header(R"({"alg":"RS256","jku":"https://attacker/keys"})", claims),
        attacker.token(lookalike),
        attacker.token("{\"a\":" + std::string(500, '[') + std::string(500, ']') + "}"),
        attacker.token(claims.substr(0, claims.size() - 1) + ",\"aud\":[\"nats\"]}"),
        "..",
        std::string(2000, 'A'),
        "\xff\xfe.\xf0.\x80"};
    for (const std::string& token : tokens) {
        CAPTURE(token);
        CHECK(refused(deployment.ask(token, "hostile")) != "it was granted");
    }
    CHECK(refused(deployment.ask(std::string(9000, 'A'), "hostile"), access::Reason::too_large) !=
          "it was granted");
    CHECK(eventually([&] {
        (void)deployment.ask("..", "hostile");
        return deployment.audit().find(R"("refusals":{"bad_identity":)") != std::string::npos;
    }));
    CHECK(deployment.audit().find("hostile") == std::string::npos);
    (void)granted(deployment.ask(deployment.token(), "hostile"));
}

/// What a NatsServiceRole allows, until it allows something else, and then until it is gone.
inline void check_service_role(IdentityDeployment& deployment) {
    const auto subscribes = [&](const access::Answer& answer) {
        const auto* const given = std::get_if<access::Granted>(&answer);
        return given != nullptr ? given->credentials.user().claims().sub.allow.front() : "nothing";
    };
    const access::Granted first = granted(deployment.ask(deployment.token(), "service", ""));
    CHECK(first.grant.role == "service");
    CHECK(first.credentials.user().claims().pub.allow == std::vector<std::string>{"foo.*", "chat.req.renew"});
    bus::Connection user = deployment.connect(jwt::Credentials::parse(first.credentials.text()).value());
    CHECK(user.listen(
        {"hello.world", ""}, [](const bus::Message&) {}, default_timeout));
    CHECK(user.listen(
                  {"greetings", ""}, [](const bus::Message&) {}, default_timeout)
              .error()
              .code == bus::Errc::permission_denied);

    deployment.may("[greetings]");
    CHECK(eventually(
        [&] { return subscribes(deployment.renew(first.credentials, deployment.token())) == "greetings"; }));
    std::filesystem::remove(deployment.role_file());
    std::optional<access::Answer> answer;
    CHECK(eventually([&] {
        answer = deployment.renew(first.credentials, deployment.token());
        return std::holds_alternative<access::Refusal>(*answer);
    }));
    CHECK(refused(*answer, access::Reason::role_denied) ==
          "there is no NatsServiceRole for nats-io/nats-user");
    (void)refused(deployment.ask(deployment.token(), "too-late", ""), access::Reason::role_denied);
}

/// What holds however tokens are checked.
inline void check_exchange(Cluster& cluster, IdentityDeployment& deployment) {
    using Catch::Matchers::ContainsSubstring;
    const std::string token = deployment.token();
    const access::Granted first = granted(deployment.ask(token));
    CHECK(first.credentials.user().claims().tags.back() == "service-account:nats-io/nats-user");
    check_use(deployment, first);

    CHECK_THAT(
        refused(deployment.ask(cluster.token({.service_account = "nats-io/nats-user", .audience = "vault"}))),
        ContainsSubstring("another audience"));
    std::string altered = token;
    altered[altered.size() - 9] = altered[altered.size() - 9] == 'A' ? 'B' : 'A';
    CHECK(refused(deployment.ask(altered)) != "it was granted");
    const TokenClaims same{.issuer = cluster.issuer(), .issued = real_time()};
    CHECK(refused(deployment.ask(ForeignIssuer("RSA", "r1").token(same.json()))) != "it was granted");
    TokenClaims other = same;
    other.issuer = "https://other";
    CHECK_THAT(refused(deployment.ask(ForeignIssuer("RSA", "r1").token(other.json()))),
               ContainsSubstring("another issuer"));
    CHECK_THAT(refused(deployment.ask(deployment.token("nats-admin-user")), access::Reason::role_denied),
               ContainsSubstring("not for nats-io/nats-admin-user"));

    CHECK_THAT(refused(deployment.renew(first.credentials, std::nullopt)),
               ContainsSubstring("carries no proof"));
    CHECK(granted(deployment.renew(first.credentials, deployment.token())).grant.generation == 1);
    check_hostile(cluster, deployment);
    CHECK_THAT(deployment.audit(), ContainsSubstring(R"("service_account":"nats-io/nats-user")"));
}

/// By the keys that the cluster publishes: while it is away the service goes on, and new keys are learned.
inline void check_offline(Cluster& cluster) {
    IdentityDeployment deployment(cluster, "offline");
    check_exchange(cluster, deployment);
    const std::string before = deployment.token();
    CHECK(deployment.check().out.find("ready to check tokens of " + cluster.issuer()) != std::string::npos);
    cluster.stop();
    CHECK_THAT(deployment.check().err, Catch::Matchers::ContainsSubstring(cluster.issuer()));
    (void)granted(deployment.ask(before, "while-away"));
    cluster.start();
    cluster.rotate_keys();
    const std::string after = deployment.token();
    // Unknown keys are asked for at most every ten seconds.
    CHECK(eventually(
        [&] { return std::holds_alternative<access::Granted>(deployment.ask(after, "new-key")); }));
    (void)granted(deployment.ask(before, "old-key"));
}

/// By the API server's word: it knows what was deleted, and nobody gets anything while it is away.
inline void check_review(Cluster& cluster) {
    using Catch::Matchers::ContainsSubstring;
    IdentityDeployment deployment(cluster, "review");
    check_exchange(cluster, deployment);
    check_service_role(deployment);
    const std::string token = deployment.token();
    CHECK_THAT(deployment.check().out,
               ContainsSubstring("ready to follow 0 NatsServiceRoles of the cluster example-nats"));
    cluster.stop();
    CHECK(deployment.check().exit_code != 0);
    CHECK_THAT(refused(deployment.ask(token, "while-away")), ContainsSubstring("at present"));
    cluster.start();
    CHECK(eventually([&] { return std::holds_alternative<access::Granted>(deployment.ask(token, "back")); }));
    cluster.delete_account("nats-user");
    // The API server remembers its last answer for ten seconds, in which names are still given out.
    int asked = 0;
    std::optional<access::Answer> answer;
    CHECK(eventually([&] {
        answer = deployment.ask(token, "deleted-" + std::to_string(++asked));
        return std::holds_alternative<access::Refusal>(*answer);
    }));
    CHECK(refused(*answer) == "the API server does not accept the token");
}

}  // namespace natscreds::support
