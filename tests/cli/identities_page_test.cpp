// docs/identities.md: each section from nothing to a connected client, every command as it stands. A certified OpenID
// provider plays those issuers that are not to be had here; Kubernetes' section is in tests/kubernetes.
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <support/callout_tree.h>
#include <support/certificates.h>
#include <support/https_server.h>

#include "browser.h"
#include "identities_page.h"
#include "oidc_scene.h"

using namespace natscreds;
using namespace natscreds::support;
using namespace natscreds::test;

namespace {

/// The hosts of the page, and where they are played.
PageWalk::Exchanges played_by(const CertifiedIssuer& issuer) {
    return {{"https://login.example.com/realms/acme/protocol/openid-connect/token", issuer.name() + "/token"},
            {"https://login.example.com/realms/acme", issuer.name()},
            {"https://token.actions.githubusercontent.com", issuer.name()},
            {"https://gitlab.com", issuer.name()},
            {"https://oidc.example.org", issuer.name()}};
}

/// What answers a job of GitHub Actions that asks who it is, with as many fields as GitHub's does.
class Runner {
  public:
    explicit Runner(const CertifiedIssuer& issuer)
        : issuer_(issuer), server_(certificates_, [this](const HttpsCall& call) { return answer(call); }) {}

    /// What a job finds in its environment.
    [[nodiscard]] std::string environment() const {
        return "export ACTIONS_ID_TOKEN_REQUEST_TOKEN=job ACTIONS_ID_TOKEN_REQUEST_URL='" + server_.url() +
               "/token?api-version=2.0' GITHUB_SHA=c0ffee";
    }
    [[nodiscard]] std::string ca() const { return certificates_.file("ca.pem"); }

  private:
    [[nodiscard]] HttpsReply answer(const HttpsCall& call) const {
        if (call.authorization != "Bearer job") return {.status = 401};
        if (call.target != "/token?api-version=2.0&audience=nats") return {.status = 400};
        const std::string token = issuer_.token("github", "RS256");
        return {.body = R"({"count":)" + std::to_string(token.size()) + R"(,"value":")" + token + "\"}"};
    }

    const CertifiedIssuer& issuer_;
    Certificates certificates_;
    HttpsServer server_;
};

/// Whoever has these credentials may not do what another name may.
void check_own_name_only(IdentitiesPage& page, const std::string& creds) {
    CHECK(page.walk.type("nats-pub --creds " + creds + " shop.somebody-else.x hello") != 0);
}

}  // namespace

TEST_CASE("docs/identities.md: GitHub Actions, from nothing to a job that publishes") {
    const CertifiedIssuer issuer;
    const Runner runner(issuer);
    IdentitiesPage page(played_by(issuer));
    page.elsewhere("cat " + issuer.ca() + " " + runner.ca() + " > ca.pem; " + runner.environment());
    page.believe("$PWD/ca.pem");
    page.follow("## GitHub Actions");
    check_own_name_only(page, "ci.creds");
    page.elsewhere("export CI_TOKEN=$(cat token.jwt)");
    page.follow("## Asking");
}

TEST_CASE("docs/identities.md: GitLab, from nothing to a job that publishes") {
    const CertifiedIssuer issuer;
    IdentitiesPage page(played_by(issuer));
    page.believe(issuer.ca());
    page.elsewhere("export CI_COMMIT_SHA=c0ffee CI_TOKEN=" + issuer.token("gitlab", "RS256"));
    page.follow("## GitLab");
    check_own_name_only(page, "ci.creds");
}

TEST_CASE("docs/identities.md: Keycloak, from nothing to a program that listens") {
    const CertifiedIssuer issuer;
    IdentitiesPage page(played_by(issuer));
    page.believe(issuer.ca());
    page.elsewhere("printf secret > orders.secret");
    page.follow("## Keycloak");
    check_own_name_only(page, "orders.creds");
}

TEST_CASE("docs/identities.md: people, from nothing to somebody who listens, until they log out") {
    const CertifiedIssuer issuer;
    IdentitiesPage page(played_by(issuer));
    page.believe(issuer.ca());
    for (const Shown& shown : shown_in(IdentitiesPage::page, "## People log in")) {
        if (shown.command.find("--login") == std::string::npos) {
            page.walk.follow(shown);
            continue;
        }
        page.elsewhere(shown.command + " &");
        page.walk.sees("the code is in ");
        Browser browser(issuer.ca(), {"login=ann", "password=anything"});
        (void)browser.go_through(code_address(page.walk.screen()));
        page.elsewhere("wait $!");
    }
    check_own_name_only(page, "me.creds");
    CHECK(page.walk.screen().find("logged out of " + issuer.name()) != std::string::npos);
}

TEST_CASE("docs/identities.md: SPIFFE, from nothing to a workload that listens") {
    const CertifiedIssuer issuer;
    IdentitiesPage page(played_by(issuer));
    page.folder.write(
        "svid", R"([{"svids":[{"hint":"","spiffe_id":"spiffe://example.org/ns/shop/sa/web","svid":")" +
                    issuer.token("spire", "ES256") + R"("}]},{"bundles":{"spiffe://example.org":"e30="}}])");
    page.believe(issuer.ca());
    page.elsewhere("spire-agent() { [[ $* == 'api fetch jwt -audience nats -output json' ]] && cat svid; }");
    page.follow("## SPIFFE");
    check_own_name_only(page, "web.creds");
}

TEST_CASE(
    "docs/identities.md: a token alone lets its client in by auth callout, with a user's name and without") {
    const CertifiedIssuer issuer;
    const CalloutTree tree(WayIn::default_sentinel, Sealed::yes);
    const NatsServer server(nats_servers().back(), {.config = tree.server_config()});
    const auto policy = tree.write_policy(
        {.server = server.url(),
         .rest = "[roles.ci]\nsigning_key = \"users.nk\"\nttl = \"1h\"\nsubscribe = [\"jobs\", "
                 "\"_INBOX_.{{subject()}}.>\"]\n" +
                 issuer.lines("ci")});
    Process service(command("nats-provisioner", {"--config", policy.string()}));
    service.wait_for_output("serving $SYS.REQ.USER.AUTH");
    tree.folder().write("token.jwt", issuer.token("ci", "RS256"));
    PageWalk walk(tree.folder().path(), {{"example-nats:4222", server.address()}});
    const auto programs = std::filesystem::path(program("nats-sub")).parent_path();
    REQUIRE(walk.type("export PATH=" + programs.string() + ":$PATH") == 0);
    const auto commands = shown_in(IdentitiesPage::page, "### Without asking");
    CHECK(commands.size() == 2);
    for (const Shown& shown : commands)
        CHECK(walk.type(shown.command + " &") == 0);
}
