#include <natscreds/provisioner/service/role_feed.h>

#include <mutex>
#include <set>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/file.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/service/metrics.h>
#include <support/eventually.h>
#include <support/fakes.h>
#include <support/https_server.h>
#include <support/test_data.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using support::eventually;
using support::HttpsCall;

namespace {

constexpr auto role = R"(
apiVersion: nats.io/v1alpha2
kind: NatsServiceRole
metadata: {name: nats-user, namespace: nats-io, labels: {nats_cluster: example-nats}}
spec: {permissions: {publish: [a], subscribe: []}}
)";

/// An API server that knows no roles, and what else it was asked.
class Asked {
  public:
    support::HttpsReply answer(const HttpsCall& call) {
        const std::lock_guard lock(mutex_);
        calls_.insert(call.method + " " + call.target);
        return {.status = 404, .body = support::read_test_data("kubernetes/secret_missing.json")};
    }
    [[nodiscard]] bool about(const std::string& call) const {
        const std::lock_guard lock(mutex_);
        return calls_.contains(call);
    }

  private:
    mutable std::mutex mutex_;
    std::set<std::string> calls_;
};

struct Fixture {
    support::Certificates certificates;
    Asked asked;
    support::HttpsServer server{certificates, [this](const HttpsCall& call) { return asked.answer(call); }};
    support::TempDir folder;
    support::FakeClock clock;
    identity::ServiceRoles roles;
    std::optional<KubernetesIdentity> kubernetes = KubernetesIdentity{.issuer = "https://c",
                                                                      .audience = "nats",
                                                                      .api_server = server.url(),
                                                                      .ca = certificates.file("ca.pem")};
    ServiceRolesConfiguration configured{
        .cluster = "example-nats", .folder = folder.path(), .namespaces = {"nats-io"}};
    std::optional<TokensConfiguration> tokens;

    RoleFeedConfiguration configuration() {
        return {.roles = configured, .kubernetes = kubernetes, .tokens = tokens};
    }
    RoleFeed::Parts parts() {
        return {.roles = roles, .clock = clock, .tell = [](const std::string&) {}};
    }
};

}  // namespace

TEST_CASE("Role feed: roles of files are there at the start, are followed, and get their tokens") {
    Fixture fixture;
    fixture.folder.write("role.yaml", "kind: [");
    CHECK_FALSE(RoleFeed::start(fixture.configuration(), fixture.parts()));
    CHECK_FALSE(count_service_roles(fixture.configuration(), fixture.clock));

    fixture.folder.write("role.yaml", role);
    CHECK(*count_service_roles(fixture.configuration(), fixture.clock) == 1);
    fixture.tokens = TokensConfiguration{};
    const auto feed = RoleFeed::start(fixture.configuration(), fixture.parts());
    REQUIRE(feed);
    CHECK((*feed)->ready());
    CHECK((*feed)->synced() == fixture.clock.now());
    CHECK(fixture.roles.size() == 1);
    CHECK(eventually([&] { return fixture.asked.about("POST /api/v1/namespaces/nats-io/secrets"); }));

    std::filesystem::remove(fixture.folder / "role.yaml");
    CHECK(eventually([&] { return fixture.roles.size() == 0; }));
}

TEST_CASE("Role feed: without an API server that lists them, the roles are not ready") {
    Fixture fixture;
    fixture.configured.folder.clear();
    fixture.configured.namespaces.clear();
    CHECK(count_service_roles(fixture.configuration(), fixture.clock).error().code ==
          identity::Errc::refused);
    const auto feed = RoleFeed::start(fixture.configuration(), fixture.parts());
    REQUIRE(feed);
    CHECK(eventually([&] {
        return fixture.asked.about(
            "GET /apis/nats.io/v1alpha2/natsserviceroles?labelSelector=nats_cluster%3Dexample-nats");
    }));
    CHECK_FALSE((*feed)->ready());
    CHECK_FALSE((*feed)->synced());
}

TEST_CASE("Metrics: the roles that hold are counted where there are any to be followed") {
    Metrics metrics("1");
    CHECK(metrics.text({}).find("natscreds_service_roles") == std::string::npos);
    const std::string text = metrics.text({.account_expires = {},
                                           .credentials_expire = {},
                                           .audit_head = {},
                                           .service_roles = 3,
                                           .roles_synced = base::Time(std::chrono::seconds(12))});
    CHECK(text.find("natscreds_service_roles 3\n") != std::string::npos);
    CHECK(text.find("natscreds_service_roles_synced_timestamp_seconds 12\n") != std::string::npos);
}
