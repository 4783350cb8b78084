// conf/kubernetes: an API server takes every manifest, and what the service may do there is what it needs.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/kubernetes_server.h>
#include <support/programs.h>

using namespace natscreds;
using Catch::Matchers::ContainsSubstring;
using support::KubernetesServer;

namespace {

const std::string folder = support::source_root() + "/conf/kubernetes/";

/// What a cluster has before ours comes: the namespaces, and the ServiceAccounts that its controllers make.
constexpr auto cluster = R"(
apiVersion: v1
kind: Namespace
metadata: {name: nats-io}
---
apiVersion: v1
kind: Namespace
metadata: {name: nats-system}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: nats-user, namespace: nats-io}
)";

constexpr auto role_without_subscribe = R"(
apiVersion: nats.io/v1alpha2
kind: NatsServiceRole
metadata: {name: nats-user, namespace: nats-io}
spec: {permissions: {publish: [">"]}}
)";

std::vector<std::string> manifests() {
    std::vector<std::string> files;
    for (const char* part : {"provisioner", "pods"})
        for (const auto& entry : std::filesystem::directory_iterator(folder + part))
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

/// A manifest's text as Kubernetes 1.20 can have it, which knows disruption budgets by their older version alone, and no
/// sidecars; what else ours says is the same in both.
std::string for_this_server(const std::string& file) {
    std::string text = support::read_text(file);
    for (const auto& [now, then] : {std::pair("apiVersion: policy/v1\n", "apiVersion: policy/v1beta1\n"),
                                    std::pair("          restartPolicy: Always\n", "")}) {
        const std::size_t at = text.find(now);
        if (at != std::string::npos) text.replace(at, std::string_view(now).size(), then);
    }
    return text;
}

/// Whether the service's ServiceAccount may: "yes" or "no".
std::string service_may(const KubernetesServer& server, std::vector<std::string> words) {
    words.insert(words.begin(), {"auth", "can-i", "--as=system:serviceaccount:nats-io:nats-provisioner"});
    const std::string answer = server.try_kubectl(words).out;
    return answer.substr(0, answer.find('\n'));
}

}  // namespace

TEST_CASE("Manifests: an API server takes every one, and the service may do what it needs and nothing else") {
    const KubernetesServer server;
    server.apply(cluster);
    server.apply(support::read_text(folder + "natsservicerole-crd.yaml"));
    server.kubectl({"wait", "--for=condition=established", "crd/natsserviceroles.nats.io"});
    for (const std::string& file : manifests()) {
        const support::Outcome outcome =
            server.try_kubectl({"apply", "--dry-run=server", "-f", "-"}, for_this_server(file));
        CAPTURE(file, outcome.err);
        CHECK(outcome.exit_code == 0);
    }
    CHECK_THAT(server.try_kubectl({"apply", "--validate=false", "-f", "-"}, role_without_subscribe).err,
               ContainsSubstring("spec.permissions.subscribe: Required value"));

    server.apply(support::read_text(folder + "provisioner/rbac.yaml"));
    CHECK(service_may(server, {"create", "tokenreviews"}) == "yes");
    for (const char* verb : {"list", "watch"})
        CHECK(service_may(server, {verb, "natsserviceroles.nats.io", "-n", "nats-io"}) == "yes");
    CHECK(service_may(server, {"watch", "natsserviceroles.nats.io", "-n", "default"}) == "no");
    CHECK(service_may(server, {"update", "natsserviceroles.nats.io", "-n", "nats-io"}) == "no");
    CHECK(service_may(server, {"get", "secrets", "-n", "nats-io"}) == "no");
    CHECK(service_may(server, {"create", "serviceaccounts", "--subresource=token", "-n", "nats-io"}) == "no");

    server.apply(support::read_text(folder + "provisioner/tokens-in-secrets.yaml"));
    CHECK(service_may(server, {"create", "secrets", "-n", "nats-io"}) == "yes");
    CHECK(service_may(server, {"create", "serviceaccounts", "--subresource=token", "-n", "nats-io"}) ==
          "yes");
    CHECK(service_may(server, {"create", "secrets", "-n", "default"}) == "no");
    CHECK(service_may(server, {"list", "secrets", "-n", "nats-io"}) == "no");
    CHECK(service_may(server, {"create", "serviceaccounts", "-n", "nats-io"}) == "no");
}
