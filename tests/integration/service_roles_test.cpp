// NatsServiceRoles from files, from the request to the connection.
#include <filesystem>

#include "service_accounts.h"

using namespace natscreds;
using Catch::Matchers::ContainsSubstring;
using support::granted;
using support::refused;

namespace {

void write_role(const std::filesystem::path& file, const std::string& subject) {
    const std::string text =
        "apiVersion: nats.io/v1alpha2\nkind: NatsServiceRole\n"
        "metadata: {name: nats-user, namespace: nats-io, labels: {nats_cluster: example-nats}}\n"
        "spec: {permissions: {publish: [" +
        subject + "], subscribe: [" + subject + "]}}\n";
    REQUIRE(base::write_file(file, base::as_bytes(text), {.existing = base::Existing::replace}));
}

std::vector<std::string> may_publish(const access::Granted& granted) {
    return granted.credentials.user().claims().pub.allow;
}

}  // namespace

TEST_CASE("ServiceRoles: a role's subjects are what a ServiceAccount gets, until the role changes or goes") {
    const auto cluster = support::recorded_cluster();
    const support::TempDir roles;
    write_role(roles / "nats-user.yaml", "orders.*");
    support::IdentityDeployment deployment(*cluster, "offline",
                                           "[roles.greeter]\nsigning_key = \"signing.nk\"\nttl = \"1h\"\n"
                                           "renewable = true\npublish = [\"chat.req.renew\"]\n"
                                           "subscribe = [\"_INBOX_.{{subject()}}.>\"]\npayload = 8192\n"
                                           "[service_roles]\ncluster = \"example-nats\"\nrole = \"greeter\"\n"
                                           "folder = \"" +
                                               roles.path().string() +
                                               "\"\n[http]\naddress = \"127.0.0.1:0\"\n");
    const access::Granted first = granted(deployment.ask(deployment.token(), "wallyqs", "greeter"));
    CHECK(may_publish(first) == std::vector<std::string>{"orders.*", "chat.req.renew"});
    check_use(deployment, first);
    CHECK_THAT(refused(deployment.ask(deployment.token("nats-admin-user"), "admin", "greeter"),
                       access::Reason::role_denied),
               ContainsSubstring("no NatsServiceRole for nats-io/nats-admin-user"));
    CHECK_THAT(deployment.check().out,
               ContainsSubstring("ready to follow 1 NatsServiceRoles of the cluster example-nats"));
    CHECK_THAT(deployment.http("/metrics"), ContainsSubstring("natscreds_service_roles 1\n"));
    CHECK_THAT(deployment.http("/readyz"), ContainsSubstring("200 OK"));

    write_role(roles / "nats-user.yaml", "tickets.*");
    std::optional<access::Granted> renewed;
    CHECK(support::eventually([&] {
        renewed = granted(deployment.renew(first.credentials, deployment.token()));
        return may_publish(*renewed).front() == "tickets.*";
    }));
    write_role(roles / "nats-user.yaml", "tickets..");
    CHECK_THAT(deployment.check().err,
               ContainsSubstring("nats-user.yaml: nats-io/nats-user: spec.permissions"));

    std::filesystem::remove(roles / "nats-user.yaml");
    std::optional<access::Answer> answer;
    CHECK(support::eventually([&] {
        answer = deployment.renew(renewed->credentials, deployment.token());
        return std::holds_alternative<access::Refusal>(*answer);
    }));
    CHECK_THAT(refused(*answer, access::Reason::role_denied), ContainsSubstring("no NatsServiceRole"));
}
