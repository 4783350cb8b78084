#include <natscreds/provisioner/kubernetes/role_feed.h>

#include <mutex>
#include <set>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/file.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/observation/metrics.h>
#include <support/eventually.h>
#include <support/fake_intervals.h>
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
    support::FakeIntervals intervals;
    identity::ServiceRoles roles;
    std::optional<kubernetes::IdentityConfiguration> kubernetes =
        kubernetes::IdentityConfiguration{.issuer = "https://c",
                                          .audience = "nats",
                                          .api_server = server.url(),
                                          .ca = certificates.file("ca.pem")};
    kubernetes::ServiceRolesConfiguration configured{
        .cluster = "example-nats", .folder = folder.path(), .namespaces = {"nats-io"}};
    std::optional<kubernetes::TokensConfiguration> tokens;

    kubernetes::RoleFeedConfiguration configuration() {
        return {.roles = configured, .kubernetes = kubernetes, .tokens = tokens};
    }
    kubernetes::RoleFeed::Parts parts() {
        return {.roles = roles, .clocks = {clock, intervals}, .tell = [](const std::string&) {}};
    }
    /// Those that keep what was told last.
    kubernetes::RoleFeed::Parts parts_telling(std::string& told) {
        kubernetes::RoleFeed::Parts telling = parts();
        telling.tell = [&told](const std::string& what) { told = what; };
        return telling;
    }
};

}  // namespace

TEST_CASE("Role feed: roles of files are there at the start, are followed, and get their tokens") {
    Fixture fixture;
    fixture.folder.write("role.yaml", "kind: [");
    CHECK_FALSE(kubernetes::RoleFeed::start(fixture.configuration(), fixture.parts()));
    CHECK_FALSE(kubernetes::list_service_roles(fixture.configuration(), fixture.intervals));

    fixture.folder.write("role.yaml", role);
    CHECK(kubernetes::list_service_roles(fixture.configuration(), fixture.intervals).value() ==
          std::vector<identity::AccountName>{{"nats-io", "nats-user"}});
    fixture.tokens = kubernetes::TokensConfiguration{};
    const auto feed = kubernetes::RoleFeed::start(fixture.configuration(), fixture.parts());
    REQUIRE(feed);
    CHECK((*feed)->ready());
    CHECK((*feed)->synced() == fixture.intervals.now());
    CHECK(fixture.roles.size() == 1);
    CHECK(eventually([&] { return fixture.asked.about("POST /api/v1/namespaces/nats-io/secrets"); }));

    std::filesystem::remove(fixture.folder / "role.yaml");
    CHECK(eventually([&] { return fixture.roles.size() == 0; }));
}

TEST_CASE("Role feed: without an API server that lists them, the roles are not ready") {
    Fixture fixture;
    fixture.configured.folder.clear();
    fixture.configured.namespaces.clear();
    CHECK(kubernetes::list_service_roles(fixture.configuration(), fixture.intervals).error().code ==
          identity::Errc::refused);
    const auto feed = kubernetes::RoleFeed::start(fixture.configuration(), fixture.parts());
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
                                           .service_roles = 3,
                                           .roles_synced = base::Time(std::chrono::seconds(12))});
    CHECK(text.find("natscreds_service_roles 3\n") != std::string::npos);
    CHECK(text.find("natscreds_service_roles_synced_timestamp_seconds 12\n") != std::string::npos);
}

TEST_CASE(
    "Role feed: where requests are vouched for, a role that could ask in another's name grants nothing") {
    Fixture fixture;
    std::string text = role;
    text.replace(text.find("[a]"), 3, "[chat.req.access.>]");
    fixture.folder.write("role.yaml", text);
    kubernetes::RoleFeedConfiguration configuration = fixture.configuration();
    REQUIRE(kubernetes::RoleFeed::start(configuration, fixture.parts()));
    CHECK(fixture.roles.size() == 1);
    configuration.vouched_prefix = "chat.req";
    std::string told;
    REQUIRE(kubernetes::RoleFeed::start(configuration, fixture.parts_telling(told)));
    CHECK(fixture.roles.size() == 0);
    CHECK(told.find("nats-io/nats-user: with publish chat.req.access.>") != std::string::npos);
}

TEST_CASE(
    "Role feed: a ServiceAccount whose name keeps it out of a callout is told of when its role is read") {
    Fixture fixture;
    const auto told_of = [&](const std::string& name, kubernetes::ComeInAs as) {
        std::string text = role;
        text.replace(text.find("nats-user"), 9, name);
        fixture.folder.write("role.yaml", text);
        kubernetes::RoleFeedConfiguration configuration = fixture.configuration();
        configuration.come_in_as = as;
        std::string told;
        REQUIRE(kubernetes::RoleFeed::start(configuration, fixture.parts_telling(told)));
        CHECK(fixture.roles.size() == 1);
        return told;
    };
    const std::string name = GENERATE("my.app", "2fa-service",
                                      "a123456789012345678901234567890123456789012345"
                                      "678901234567890123");
    CHECK(
        told_of(name, kubernetes::ComeInAs::themselves)
            .starts_with("the callout lets nobody in as nats-io/" + name + ": a name is 1 to 63 characters"));
    CHECK(told_of(name, kubernetes::ComeInAs::whom_they_ask_for).empty());
    CHECK(told_of("orders-of-the-department-of-navigation-2", kubernetes::ComeInAs::themselves).empty());
}
