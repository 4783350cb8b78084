// The API server that the other tests here stand on does what they take for granted.
#include <catch2/catch_test_macros.hpp>

#include <support/kubernetes_server.h>
#include <nlohmann/json.hpp>

using namespace natscreds;
using support::KubernetesServer;
using support::TokenKey;

namespace {

constexpr auto pod_of_app = R"(
apiVersion: v1
kind: ServiceAccount
metadata: {name: app, namespace: default}
---
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: default}
spec:
  serviceAccountName: app
  containers: [{name: app, image: app}]
)";

std::size_t keys_published(const KubernetesServer& server) {
    return nlohmann::json::parse(server.kubectl({"get", "--raw", "/openid/v1/jwks"})).at("keys").size();
}

/// What a TokenReview says of the token.
nlohmann::json review(const KubernetesServer& server, const std::string& token) {
    const nlohmann::json asked = {{"apiVersion", "authentication.k8s.io/v1"},
                                  {"kind", "TokenReview"},
                                  {"spec", {{"token", token}, {"audiences", {"nats"}}}}};
    return nlohmann::json::parse(server.kubectl({"create", "-f", "-", "-o", "json"}, asked.dump()))
        .at("status");
}

}  // namespace

TEST_CASE("KubernetesServer: its tokens hold through a crash and a new key, until theirs is forgotten") {
    KubernetesServer server;
    server.apply(pod_of_app);
    const auto asked = [&] {
        return server.token({.service_account = "default/app", .audience = "nats", .bound_to = "Pod/app"});
    };
    const std::string first = asked();
    CHECK(review(server, first).at("user").at("username") == "system:serviceaccount:default:app");
    CHECK(review(server, first + "x").value("authenticated", false) == false);

    server.stop();
    CHECK(server.try_kubectl({"get", "--raw", "/readyz"}).exit_code != 0);
    server.rotate_keys(TokenKey::ec);
    CHECK(keys_published(server) == 2);
    const std::string second = asked();
    CHECK(review(server, first).value("authenticated", false));
    CHECK(review(server, second).value("authenticated", false));

    server.forget_older_keys();
    CHECK(keys_published(server) == 1);
    CHECK_FALSE(review(server, first).value("authenticated", false));
    CHECK(review(server, second).value("authenticated", false));
}
