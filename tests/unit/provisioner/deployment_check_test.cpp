// What --check sees of the service's own user, and of the accounts around it.
#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/provisioner/service/deployment_check.h>
#include <natscreds/provisioner/service/startup.h>
#include <support/signing.h>
#include <support/vouched_tree.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using Account = jwt::Decoded<jwt::AccountClaims>;
using Doing = Requirement::Doing;

namespace {

constexpr const char* inbox = "_INBOX_.own";

/// A vouched deployment with nothing wrong but that neighbours may publish, as it is where nobody forbids it.
struct Bench {
    Bench()
        : configuration(load_configuration(
                            tree.write_policy("west", {.more = "[ledger]\nstore = \"jetstream:names\"\n"}))
                            .value()),
          own(jwt::Credentials::load(tree.creds("provisioner"))->user()),
          service(load_account(tree.folder() / "PROVISION.jwt").value()),
          client(load_account(tree.folder() / "KUBECON.jwt").value()) {
        client.content.claims.default_permissions.pub.allow = {"elsewhere"};
    }

    [[nodiscard]] std::vector<Finding> findings() const {
        return check_deployment({.configuration = configuration,
                                 .own = own,
                                 .inbox_prefix = inbox,
                                 .accounts = {client, service}});
    }
    /// The service's user may do what is required, but for one thing.
    void allow_all_but(const Requirement& missing) {
        jwt::UserClaims& user = own.content.claims;
        user.pub.allow = {"something"};
        user.sub.allow = {"something"};
        for (const Requirement& requirement : requirements(configuration, inbox)) {
            if (requirement.subject == missing.subject) continue;
            const bool publish = requirement.doing == Doing::publish;
            (publish ? user.pub : user.sub).allow.push_back(requirement.subject);
        }
    }
    /// Nobody in the service's account may ask, unless a test says so.
    void close_account() { service.content.claims.default_permissions.pub.deny = {"chat.req.>"}; }

    support::VouchedTree tree;
    Configuration configuration;
    jwt::Decoded<jwt::UserClaims> own;
    Account service;
    Account client;
};

}  // namespace

TEST_CASE("Deployment check: where all is right nothing is found, whatever the way permissions are given") {
    Bench bench;
    bench.close_account();
    CHECK(bench.findings().empty());

    bench.allow_all_but({.doing = Doing::publish, .subject = "", .weight = Weight::warning, .otherwise = ""});
    CHECK(bench.findings().empty());

    jwt::UserScope scope{.role = "service",
                         .permissions = static_cast<const jwt::UserPermissionLimits&>(bench.own.claims()),
                         .permissions_extra = {},
                         .description = "",
                         .extra = {}};
    bench.service.content.claims.signing_keys[bench.own.issuer.text()] = scope;
    bench.own.content.claims = jwt::UserClaims::scoped();
    CHECK(bench.findings().empty());
    bench.service.content.claims.signing_keys[bench.own.issuer.text()]->permissions.sub.allow = {"something"};
    CHECK_FALSE(bench.findings().empty());
}

TEST_CASE("Deployment check: each permission that is missing is one finding, which names it") {
    Bench bench;
    bench.close_account();
    for (const Requirement& requirement : requirements(bench.configuration, inbox)) {
        INFO(requirement.subject);
        bench.allow_all_but(requirement);
        const auto findings = bench.findings();
        REQUIRE(findings.size() == 1);
        CHECK(findings[0].weight == requirement.weight);
        CHECK(findings[0].error.code == bus::Errc::permission_denied);
        CHECK(findings[0].error.detail.find(requirement.subject) != std::string::npos);
    }
}

TEST_CASE(
    "Deployment check: what is denied in part is not allowed, and replies may be allowed as responses") {
    Bench bench;
    bench.close_account();
    bench.own.content.claims.sub.deny = {"chat.req.access.A.*"};
    REQUIRE(bench.findings().size() == 1);
    CHECK(bench.findings()[0].weight == Weight::refusal);

    bench.own.content.claims.sub.deny = {};
    bench.own.content.claims.pub.deny = {"_R_.>"};
    REQUIRE(bench.findings().size() == 1);
    bench.own.content.claims.resp = jwt::ResponsePermission{};
    CHECK(bench.findings().empty());
}

TEST_CASE("Deployment check: a subscription may be allowed for the service's own queue group") {
    Bench bench;
    bench.close_account();
    auto& allowed = bench.own.content.claims.sub.allow;
    allowed = {"chat.req.access.*.* provisioner", "chat.req.renew.*.* p*", "chat.req.renew.*.* *", "$SRV.>",
               "_INBOX_.own.>"};
    CHECK(bench.findings().empty());
    allowed[0] = "chat.req.access.*.* other";
    CHECK(bench.findings().size() == 1);
}

TEST_CASE("Deployment check: an export without the account's token lets anybody be anybody, and is refused") {
    Bench bench;
    bench.close_account();
    bench.service.content.claims.exports[0].account_token_position = 0;
    REQUIRE(bench.findings().size() == 1);
    CHECK(bench.findings()[0].weight == Weight::refusal);
    CHECK(bench.findings()[0].error.code == DeploymentErrc::forgeable);
    bench.service.content.claims.exports.erase(bench.service.content.claims.exports.begin());
    CHECK(bench.findings()[0].error.code == DeploymentErrc::not_exported);
}

TEST_CASE("Deployment check: a client account that does not import the service as its own is named") {
    Bench bench;
    bench.close_account();
    bench.client.content.claims.imports[1].account = bench.tree.stranger().text();
    REQUIRE(bench.findings().size() == 1);
    CHECK(bench.findings()[0].weight == Weight::warning);
    CHECK(bench.findings()[0].error.code == DeploymentErrc::not_imported);
    CHECK(bench.findings()[0].error.detail.find("chat.req.renew." + bench.tree.account().text()) !=
          std::string::npos);
}

TEST_CASE("Deployment check: other users of the service's account who may publish requests are told of") {
    Bench bench;
    REQUIRE(bench.findings().size() == 1);
    CHECK(bench.findings()[0].error.code == DeploymentErrc::forgeable);

    bench.close_account();
    const std::string key = support::new_key(nkeys::Kind::account).public_key().text();
    auto& scope = bench.service.content.claims.signing_keys[key].emplace();
    scope.role = "neighbour";
    REQUIRE(bench.findings().size() == 1);
    CHECK(bench.findings()[0].error.detail.find("neighbour") != std::string::npos);
    scope.permissions.pub.allow = {"elsewhere"};
    CHECK(bench.findings().empty());
}

TEST_CASE("Deployment check: users of a client account who could ask in another's name are told of") {
    Bench bench;
    bench.close_account();
    bench.client.content.claims.default_permissions = {};
    REQUIRE(bench.findings().size() == 1);
    CHECK(bench.findings()[0].weight == Weight::warning);
    CHECK(bench.findings()[0].error.code == DeploymentErrc::forgeable);
    CHECK(bench.findings()[0].error.detail.find("account KUBECON") == 0);
    bench.client.content.claims.default_permissions.pub.deny = {"chat.req.>"};
    CHECK(bench.findings().empty());

    const std::string key = support::new_key(nkeys::Kind::account).public_key().text();
    auto& scope = bench.client.content.claims.signing_keys[key].emplace();
    scope.role = "operators";
    scope.permissions.pub.allow = {"chat.req.access.{{subject()}}"};
    CHECK(bench.findings().empty());
    scope.permissions.pub.allow.push_back("chat.req.access.*");
    REQUIRE(bench.findings().size() == 1);
    CHECK(bench.findings()[0].error.detail.find("operators may publish chat.req.access.*") !=
          std::string::npos);
}

TEST_CASE("Deployment check: what is not the service's own account is refused as that") {
    const Bench bench;
    Configuration configuration = bench.configuration;
    configuration.service_account = bench.tree.folder() / "STRANGER.jwt";
    bus::ConnectionOptions connection;
    connection.credentials = jwt::Credentials::load(bench.tree.creds("provisioner")).value();
    const auto findings = look_at_deployment(configuration, connection).value();
    CHECK(unless_refused(findings).error().code == DeploymentErrc::other_account);
    configuration.service_account = bench.tree.folder() / "PROVISION.jwt";
    const auto warnings = look_at_deployment(configuration, connection).value();
    CHECK(warnings.size() == 2);
    CHECK(unless_refused(warnings));
}
