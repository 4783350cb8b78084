// NatsServiceRoles and the tokens of their ServiceAccounts on a real API server. tests/unit has the same against what
// it answered.
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/provisioner/kubernetes/role_watch.h>
#include <natscreds/provisioner/kubernetes/secret_tokens.h>
#include <support/eventually.h>
#include <support/fake_intervals.h>
#include <support/kubernetes_server.h>
#include <support/programs.h>
#include <nlohmann/json.hpp>

using namespace natscreds;
using namespace natscreds::provisioner;
using namespace natscreds::provisioner::kubernetes;
using namespace std::chrono_literals;
using support::eventually;
using support::KubernetesServer;

namespace {

using Texts = std::vector<std::string>;

const std::string folder = support::source_root() + "/conf/kubernetes/";
constexpr auto namespace_and_accounts = R"(
apiVersion: v1
kind: Namespace
metadata: {name: nats-io}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: nats-user, namespace: nats-io}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: nats-provisioner, namespace: nats-io}
)";

std::string role(const std::string& name, const std::string& publish,
                 const std::string& cluster = "example-nats") {
    return "apiVersion: nats.io/v1alpha2\nkind: NatsServiceRole\nmetadata: {name: " + name +
           ", namespace: nats-io, labels: {nats_cluster: " + cluster +
           "}}\nspec: {permissions: {publish: [\"" + publish + "\"], subscribe: [\"hello.world queue\"]}}\n";
}

/// An API server with our definition and rights in it, which the service asks as itself.
class OurCluster {
  public:
    OurCluster() {
        server.apply(namespace_and_accounts);
        server.apply(support::read_text(folder + "natsservicerole-crd.yaml"));
        server.kubectl({"wait", "--for=condition=established", "crd/natsserviceroles.nats.io"});
        for (const char* file : {"rbac.yaml", "tokens-in-secrets.yaml"})
            server.apply(support::read_text(folder + "provisioner/" + file));
        const std::string token =
            server.token({.service_account = "nats-io/nats-provisioner", .audience = server.url()});
        token_ = folder_.write("token", token).string();
    }

    [[nodiscard]] ApiServer api() const {
        return *ApiServer::create({.url = server.url(), .ca = server.ca(), .token = token_});
    }

    std::string objects(const Texts& words) const {
        Texts all{"-n", "nats-io"};
        all.insert(all.end(), words.begin(), words.end());
        return server.kubectl(all);
    }

    KubernetesServer server;

  private:
    support::TempDir folder_;
    std::string token_;
};

/// What a TokenReview says of the token, for our audience.
nlohmann::json review(const KubernetesServer& server, const std::string& token) {
    const nlohmann::json asked = {{"apiVersion", "authentication.k8s.io/v1"},
                                  {"kind", "TokenReview"},
                                  {"spec", {{"token", token}, {"audiences", {"nats"}}}}};
    return nlohmann::json::parse(server.kubectl({"create", "-f", "-", "-o", "json"}, asked.dump()))
        .at("status");
}

}  // namespace

TEST_CASE(
    "Service roles: what is made, changed and deleted is seen at once, and through an API server that was "
    "away") {
    OurCluster cluster;
    identity::ServiceRoles roles;
    const base::SystemIntervalClock intervals;
    const RoleWatch watch(cluster.api(), {.cluster = "example-nats", .namespaces = {"nats-io"}},
                          {.roles = roles, .intervals = intervals, .tell = [](const std::string&) {}},
                          {.first = 50ms, .longest = 500ms});
    const auto publishes = [&](const std::string& name) {
        const auto found = roles.find({"nats-io", name});
        return found ? found->publish.allow : Texts{"no role"};
    };
    REQUIRE(eventually([&] { return watch.ready().has_value(); }));
    CHECK(roles.size() == 0);

    cluster.server.apply(role("nats-user", "foo.*"));
    cluster.server.apply(role("of-another", "foo.*", "another-nats"));
    CHECK(eventually([&] { return publishes("nats-user") == Texts{"foo.*"}; }));
    cluster.server.apply(role("nats-user", "bar"));
    CHECK(eventually([&] { return publishes("nats-user") == Texts{"bar"}; }));
    CHECK(roles.find({"nats-io", "nats-user"})->subscribe.allow == Texts{"hello.world queue"});
    cluster.server.apply(role("nats-admin-user", ">"));
    CHECK(eventually([&] { return roles.size() == 2; }));
    cluster.objects({"delete", "natsservicerole", "nats-admin-user"});
    CHECK(eventually([&] { return roles.size() == 1; }));
    cluster.objects({"label", "natsservicerole", "of-another", "nats_cluster=example-nats", "--overwrite"});
    CHECK(eventually([&] { return roles.size() == 2; }));

    cluster.server.stop();
    CHECK(roles.size() == 2);
    cluster.server.start();
    cluster.objects({"delete", "natsservicerole", "nats-user"});
    CHECK(eventually([&] { return publishes("nats-user") == Texts{"no role"}; }, 60s));
    CHECK(publishes("of-another") == Texts{"foo.*"});
}

TEST_CASE(
    "Secret tokens: pods find one that proves their ServiceAccount; it is renewed, made again, and goes") {
    OurCluster cluster;
    cluster.server.apply(role("nats-user", "foo.*"));
    const std::string uid =
        cluster.objects({"get", "natsservicerole", "nats-user", "-o", "jsonpath={.metadata.uid}"});
    identity::ServiceRoles roles;
    roles.replace({{.account = {"nats-io", "nats-user"}, .publish = {}, .subscribe = {}, .uid = uid}});
    const base::SystemClock clock;
    support::FakeIntervals intervals;
    Texts told;
    const auto keeper = [&] {
        return SecretTokens(
            cluster.api(), {.cluster = "example-nats", .audience = "nats", .namespaces = {"nats-io"}},
            {.roles = roles, .clocks = {clock, intervals}, .tell = [&](const std::string& what) {
                 told.push_back(what);
             }});
    };
    SecretTokens tokens = keeper();
    SecretTokens of_another_copy = keeper();
    const auto secret = [&] {
        const auto found = cluster.server.try_kubectl(
            {"-n", "nats-io", "get", "secret", "nats-user-example-nats-bound-token", "-o", "json"});
        return found.exit_code == 0 ? nlohmann::json::parse(found.out) : nlohmann::json();
    };
    const auto token = [&] { return secret().at("data").at("token").get<std::string>(); };
    const auto text = [&] {
        return cluster.objects({"get", "secret", "nats-user-example-nats-bound-token", "-o",
                                "go-template={{.data.token | base64decode}}"});
    };

    tokens.keep();
    CAPTURE(told);
    const std::string first = token();
    const nlohmann::json reviewed = review(cluster.server, text());
    CHECK(reviewed.value("authenticated", false));
    CHECK(reviewed.at("audiences") == nlohmann::json{"nats"});
    CHECK(reviewed.at("user").at("username") == "system:serviceaccount:nats-io:nats-user");
    CHECK(secret().at("metadata").at("ownerReferences").at(0).at("uid") == uid);

    of_another_copy.keep();
    intervals.advance(2800s);
    tokens.keep();
    CHECK(token() == first);
    // Two that were issued within one second are the same.
    intervals.advance(100s);
    CHECK(eventually([&] {
        std::jthread at_once([&] { of_another_copy.keep(); });
        tokens.keep();
        at_once.join();
        return token() != first;
    }));

    const std::string second = text();
    cluster.objects({"delete", "secret", "nats-user-example-nats-bound-token"});
    tokens.keep();
    CHECK(text() != second);
    CHECK(review(cluster.server, text()).value("authenticated", false));
    CHECK_FALSE(review(cluster.server, second).value("authenticated", false));

    roles.replace({});
    tokens.keep();
    CHECK(secret().is_null());
    CHECK(told.empty());
}
