// A person logs in at a certified OpenID provider, whose pages are filled in as a browser does.
#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/clock.h>
#include <natscreds/jwt/creds.h>
#include <support/deployment.h>
#include <support/eventually.h>
#include <support/process.h>
#include <support/talker.h>
#include <support/temp_dir.h>
#include <support/terminal.h>

#include "browser.h"
#include "oidc_scene.h"

using namespace natscreds;
using namespace natscreds::support;

TEST_CASE(
    "nats-req: a person logs in at a certified provider once; the login is renewed, and ends with --logout") {
    const CertifiedIssuer issuer;
    const RequestScene scene(issuer.people_lines("deploy"));
    Process service(scene.service());
    service.wait_for_output("serving chat.req.access");
    const TempDir home;
    const auto as_person = [&](const std::vector<std::string>& words) {
        Command line = command("nats-req", words);
        line.environment["XDG_STATE_HOME"] = home.path().string();
        line.environment["SSL_CERT_FILE"] = issuer.ca();
        return line;
    };
    const std::string creds = (home / "me.creds").string();
    const Command login =
        as_person({"-s", scene.url(), "--creds", scene.requester_creds(), "--login", issuer.name(),
                   "--client-id", "nats-cli", "--default-name", "--fresh", "-o", creds});

    Process first(login);
    first.wait_for_output("the code is in ");
    Browser browser(issuer.ca(), {"login=ann", "password=anything"});
    const std::string last = browser.go_through(code_address(first.err()));
    const Outcome logged_in = first.wait();
    INFO(last);
    INFO(logged_in.err);
    INFO(service.err());
    REQUIRE(logged_in.exit_code == 0);
    Process own(command("nats-sub", {"-s", scene.url(), "--creds", creds, "deploy.ann"}));
    own.wait_for_output("listening on deploy.ann");
    CHECK(scene.audit().find("\"owner\":\"oidc:" + issuer.name() + "#ann\"") != std::string::npos);

    // Nobody is asked again: the refresh token is used.
    const Outcome again = run(login);
    INFO(again.err);
    CHECK(again.exit_code == 0);
    CHECK(again.err.find("to log in") == std::string::npos);

    const Outcome out = run(as_person({"--logout", issuer.name(), "--client-id", "nats-cli"}));
    CHECK(out.err.find("logged out of " + issuer.name()) != std::string::npos);
    CHECK(out.exit_code == 0);
    Process once_more(login);
    once_more.wait_for_output("the code is in ");
    (void)once_more.stop();
    // Somebody else has no rule.
    Process other(login);
    other.wait_for_output("the code is in ");
    Browser bobs(issuer.ca(), {"login=bob", "password=anything"});
    (void)bobs.go_through(code_address(other.err()));
    const Outcome refused = other.wait();
    CHECK(refused.exit_code != 0);
    CHECK(refused.err.find("no rule gives a role to this identity") != std::string::npos);
}

TEST_CASE(
    "nats-chat: who has logged in talks under the name that the rules give, is not asked again, and goes on "
    "beyond the credentials' life") {
    const CertifiedIssuer issuer;
    Deployment chat(nats_servers().back(), 2);
    chat.start_copy("west", {.more = unlimited + audited("west") + issuer.people_lines("chat"), .ttl = "3s"});
    const TempDir home;
    const auto as = [&](const std::vector<std::string>& words, const std::string& requester) {
        Command line = command("nats-chat", {"--plain", "-s", chat.server.url(), "--channel", "KUBECON",
                                             "--request-creds", chat.tree.creds(requester)});
        line.argv.insert(line.argv.end(), words.begin(), words.end());
        line.environment["XDG_STATE_HOME"] = home.path().string();
        line.environment["SSL_CERT_FILE"] = issuer.ca();
        return line;
    };
    Command ann = as({"--access", "ann", "--login", issuer.name(), "--client-id", "nats-cli"}, "requester-1");
    Talker listener(as({"--access", "derek"}, "requester-0"));

    ann.input = "hello";
    Process first(ann);
    first.wait_for_output("the code is in ");
    Browser browser(issuer.ca(), {"login=ann", "password=anything"});
    (void)browser.go_through(code_address(first.err()));
    const Outcome talked = first.wait();
    INFO(talked.err);
    REQUIRE(talked.exit_code == 0);
    listener.sees("#KUBECON ann: hello\n");
    CHECK(read_text(chat.tree.folder() / "west.jsonl").find("oidc:" + issuer.name() + "#ann") !=
          std::string::npos);

    const auto kept = home / "natscreds" / ("ann." + chat.tree.key("requester-1").text() + ".creds");
    ann.input.clear();
    Talker again(ann);
    const auto renewed_at = [&] { return jwt::Credentials::load(kept).value().user().issued_at; };
    const base::Time begun = renewed_at();
    // A renewal without a fresh token would be refused.
    CHECK(eventually([&] { return renewed_at() > begun + std::chrono::seconds(4); }));
    again.type("still here");
    listener.sees("#KUBECON ann: still here\n");
    CHECK(again.process().err().find("to log in") == std::string::npos);
    CHECK(again.process().out().find("could not be renewed") == std::string::npos);
}

TEST_CASE(
    "nats-req: --login shows a QR code of the address on a terminal that is wide enough, and nowhere else") {
    const CertifiedIssuer issuer;
    const TempDir home;
    Command login = command("nats-req", {"-s", "nats://127.0.0.1:1", "--login", issuer.name(), "--client-id",
                                         "nats-cli", "--access", "ann", "-o", (home / "me.creds").string()});
    login.environment["XDG_STATE_HOME"] = home.path().string();
    login.environment["SSL_CERT_FILE"] = issuer.ca();
    // The upper edge of the code's corner, which no other text has.
    const std::string corner = "█▀▀▀▀▀█";
    Terminal wide({.columns = 100, .rows = 60});
    wide.start(login);
    wide.sees(corner);
    Terminal narrow({.columns = 30, .rows = 60});
    narrow.start(login);
    narrow.sees("the code is in");
    Process piped(login);
    piped.wait_for_output("the code is in ");
    CHECK(narrow.screen().find("█") == std::string::npos);
    CHECK(piped.err().find("█") == std::string::npos);
    (void)piped.stop();
}
