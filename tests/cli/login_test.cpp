// A person logs in at a certified OpenID provider, whose pages are filled in as a browser does.
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <support/eventually.h>
#include <support/process.h>
#include <support/temp_dir.h>

#include "oidc_scene.h"

using namespace natscreds;
using namespace natscreds::support;

namespace {

/// Goes to a page, and sends its form, and that of the page that comes then, until one has none.
class Browser {
  public:
    Browser(std::string ca, std::vector<std::string> typed) : ca_(std::move(ca)), typed_(std::move(typed)) {}

    /// The last page. `typed` are NAME=VALUE, for those fields that a person fills in.
    [[nodiscard]] std::string go_through(const std::string& address) {
        std::string page = load({address});
        for (int pages = 0; pages < 10; ++pages) {
            std::smatch form;
            if (!std::regex_search(page, form, std::regex("<form[^>]*action=\"([^\"]*)\""))) return page;
            std::vector<std::string> words = fields_of(page);
            words.push_back(form[1]);
            page = load(words);
        }
        FAIL("there is no end of forms");
        return page;
    }

  private:
    [[nodiscard]] std::vector<std::string> fields_of(const std::string& page) const {
        std::vector<std::string> words;
        const auto send = [&](const std::string& field) {
            words.insert(words.end(), {"--data-urlencode", field});
        };
        const std::regex hidden("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"");
        for (std::sregex_iterator at(page.begin(), page.end(), hidden), end; at != end; ++at)
            send((*at)[1].str() + "=" + (*at)[2].str());
        for (const std::string& field : typed_) {
            if (page.find("name=\"" + field.substr(0, field.find('=')) + "\" placeholder") !=
                std::string::npos)
                send(field);
        }
        return words;
    }

    [[nodiscard]] std::string load(std::vector<std::string> words) const {
        const std::string jar = (folder_ / "cookies").string();
        words.insert(words.begin(), {"curl", "-sSL", "--cacert", ca_, "-b", jar, "-c", jar});
        const Outcome page = run({.argv = std::move(words)});
        INFO(page.err);
        REQUIRE(page.exit_code == 0);
        return page.out;
    }

    TempDir folder_;
    std::string ca_;
    std::vector<std::string> typed_;
};

std::string code_address(const std::string& said) {
    std::smatch address;
    REQUIRE(std::regex_search(said, address, std::regex("the code is in (https://[^ \\n]*)")));
    return address[1];
}

}  // namespace

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
