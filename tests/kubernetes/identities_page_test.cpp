// docs/identities.md: Kubernetes, with a real API server; tests/cli has the other sections.
#include <support/kubernetes_server.h>

#include "../cli/identities_page.h"

using namespace natscreds;
using namespace natscreds::support;
using namespace natscreds::test;

TEST_CASE("docs/identities.md: Kubernetes, from nothing to a ServiceAccount that listens") {
    const KubernetesServer cluster;
    (void)cluster.kubectl({"create", "namespace", "shop"});
    (void)cluster.kubectl({"create", "serviceaccount", "web", "-n", "shop"});
    IdentitiesPage page({{"https://kubernetes.default.svc.cluster.local", cluster.url()}});
    for (const auto& [name, value] : cluster.environment()) {
        // Of programs, the page's own are found first.
        const std::string own = name == "PATH" ? "$PATH:" : "";
        page.elsewhere(value ? "export " + name + "=" + own + *value : "unset " + name);
    }
    page.follow("## Kubernetes");
    CHECK(page.walk.type("nats-pub --creds web.creds shop.edge-other.x hello") != 0);
}
