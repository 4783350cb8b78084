// A person's login at an issuer over real TLS, which answers as RFC 8628, 6749 and 7009 say.
#include <atomic>
#include <deque>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/bytes.h>
#include <natscreds/base/file.h>
#include <natscreds/https/errc.h>
#include <natscreds/login/errc.h>
#include <natscreds/login/github.h>
#include <natscreds/login/kept_login.h>
#include <natscreds/login/login.h>
#include <support/fake_intervals.h>
#include <support/https_server.h>

using namespace natscreds;
using namespace natscreds::login;
using namespace std::chrono_literals;
using support::HttpsCall;
using support::HttpsReply;

namespace {

/// An issuer that gives the answers to its token endpoint that were put into it, one after the other, and then tokens.
class DeviceIssuer {
  public:
    [[nodiscard]] std::string name() const { return server_.url(); }
    [[nodiscard]] std::string ca() const { return certificates_.file("ca.pem"); }

    void will_answer(int status, std::string body) {
        const std::lock_guard lock(mutex_);
        answers_.push_back({.status = status, .body = std::move(body)});
    }
    void will_refuse(const std::string& error) { will_answer(400, R"({"error":")" + error + R"("})"); }

    /// The bodies that came to this path.
    [[nodiscard]] std::vector<std::string> heard(const std::string& path) const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> bodies;
        for (const HttpsCall& call : calls_) {
            if (call.target == path) bodies.push_back(call.body);
        }
        return bodies;
    }

    std::atomic<bool> refreshes = true;

  private:
    HttpsReply answer(const HttpsCall& call) {
        const std::lock_guard lock(mutex_);
        calls_.push_back(call);
        if (call.target == "/.well-known/openid-configuration") return {.body = discovery()};
        if (call.target == "/device") {
            return {.body = R"({"device_code":"the+code","user_code":"ABCD-EFGH","verification_uri":")" +
                            name() + R"(/d","expires_in":600,"interval":2})"};
        }
        if (call.target == "/revoke") return {};
        if (call.target != "/token") return {.status = 404};
        if (!answers_.empty()) {
            HttpsReply next = answers_.front();
            answers_.pop_front();
            return next;
        }
        ++given_;
        const std::string number = std::to_string(given_);
        const std::string more = refreshes ? R"(,"refresh_token":"refresh)" + number + '"' : "";
        return {.body = R"({"access_token":"access)" + number + R"(","id_token":"id)" + number +
                        R"(","expires_in":300)" + more + "}"};
    }

    [[nodiscard]] std::string discovery() const {
        return R"({"issuer":")" + name() + R"(","token_endpoint":")" + name() +
               R"(/token","device_authorization_endpoint":")" + name() +
               R"(/device","revocation_endpoint":")" + name() + R"(/revoke"})";
    }

    mutable std::mutex mutex_;
    std::deque<HttpsReply> answers_;
    std::vector<HttpsCall> calls_;
    int given_ = 0;
    support::Certificates certificates_;
    support::HttpsServer server_{certificates_, [this](const HttpsCall& call) { return answer(call); }};
};

/// Who logs in there; time goes forward by what is waited.
class Person {
  public:
    explicit Person(DeviceIssuer& issuer) : issuer_(issuer) {}

    Login login(const std::string& audience = "") {
        return Login({.issuer = issuer_.name(),
                      .client = "nats cli",
                      .audience = audience,
                      .folder = folder(),
                      .ca = issuer_.ca(),
                      .intervals = intervals,
                      .pause =
                          [this](std::chrono::seconds time) {
                              intervals.advance(time);
                              waited.push_back(time);
                              return true;
                          },
                      .ask_person = [this](const Prompt& prompt) { prompts.push_back(prompt); }});
    }
    [[nodiscard]] std::filesystem::path folder() const { return folder_ / "natscreds"; }
    [[nodiscard]] std::string kept() const {
        const auto token = KeptLogin::open(folder(), issuer_.name(), "nats cli")->load();
        return token ? std::string(base::as_text(token->expose())) : "";
    }

    support::FakeIntervals intervals;
    std::vector<std::chrono::seconds> waited;
    std::vector<Prompt> prompts;

  private:
    DeviceIssuer& issuer_;
    support::TempDir folder_;
};

std::string text_of(const base::Result<base::Secret>& token) {
    return token ? std::string(base::as_text(token->expose())) : token.error().message();
}

}  // namespace

TEST_CASE("login::Errc: every enumerator has a sentence of its own") {
    std::set<std::string> sentences;
    constexpr int last = static_cast<int>(Errc::no_token);
    for (int code = 1; code <= last; ++code)
        sentences.insert(make_error_code(static_cast<Errc>(code)).message());
    CHECK(sentences.size() == static_cast<std::size_t>(last));
    CHECK_FALSE(sentences.contains("unknown error"));
}

TEST_CASE("Login: a person is asked once, polled for as told, and what is kept is for the owner alone") {
    DeviceIssuer issuer;
    Person person(issuer);
    Login first = person.login();
    CHECK(first.token().error().code == Errc::not_logged_in);
    issuer.will_refuse("authorization_pending");
    issuer.will_refuse("slow_down");
    issuer.will_answer(503, "");
    const auto lasting = first.log_in();
    REQUIRE(lasting);
    CHECK(*lasting == Login::Lasting::kept);
    CHECK(person.waited == std::vector<std::chrono::seconds>{2s, 2s, 7s, 14s});
    REQUIRE(person.prompts.size() == 1);
    CHECK(person.prompts.front().code == "ABCD-EFGH");
    CHECK(person.prompts.front().address == issuer.name() + "/d");
    CHECK(text_of(first.token()) == "id1");
    CHECK(issuer.heard("/device").front() == "client_id=nats%20cli&scope=openid%20offline_access");
    CHECK(issuer.heard("/token").back() ==
          "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=the%2Bcode&"
          "client_id=nats%20cli");
    CHECK(person.kept() == "refresh1");
    for (const auto& entry : std::filesystem::directory_iterator(person.folder())) {
        CHECK(entry.status().permissions() ==
              (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    }

    Login later = person.login();
    CHECK(later.log_in());
    CHECK(person.prompts.size() == 1);
    CHECK(text_of(later.token()) == "id2");
    CHECK(person.kept() == "refresh2");
    person.intervals.advance(60s);
    CHECK(text_of(later.token()) == "id3");
    CHECK(issuer.heard("/token").back() ==
          "grant_type=refresh_token&refresh_token=refresh2&client_id=nats%20cli");
}

TEST_CASE("Login: with an audience it is asked for, and the access token is shown") {
    DeviceIssuer issuer;
    Person person(issuer);
    Login login = person.login("urn:nats");
    REQUIRE(login.log_in());
    CHECK(text_of(login.token()) == "access1");
    CHECK(issuer.heard("/device").front().ends_with("&resource=urn%3Anats"));
}

TEST_CASE("Login: who says no, or nothing in time, is not logged in") {
    for (const auto& [error, code] :
         {std::pair("access_denied", Errc::denied), std::pair("expired_token", Errc::code_expired),
          std::pair("invalid_client", Errc::refused)}) {
        DeviceIssuer issuer;
        Person person(issuer);
        issuer.will_refuse(error);
        CHECK(person.login().log_in().error().code == code);
        CHECK(person.kept().empty());
    }
    DeviceIssuer issuer;
    Person person(issuer);
    for (int i = 0; i < 299; ++i)
        issuer.will_refuse("authorization_pending");
    CHECK(person.login().log_in().error().code == Errc::code_expired);
    CHECK(issuer.heard("/token").size() == 299);
}

TEST_CASE("Login: without a refresh token it ends with its token, and nothing is kept") {
    DeviceIssuer issuer;
    issuer.refreshes = false;
    Person person(issuer);
    Login login = person.login();
    CHECK(login.log_in().value() == Login::Lasting::as_long_as_its_token);
    CHECK(person.kept().empty());
    person.intervals.advance(299s);
    CHECK(text_of(login.token()) == "id1");
    person.intervals.advance(2s);
    CHECK(login.token().error().code == Errc::not_logged_in);
}

TEST_CASE("Login: one that the issuer has ended asks the person anew; an issuer out of reach ends none") {
    DeviceIssuer issuer;
    Person person(issuer);
    REQUIRE(person.login().log_in());
    issuer.will_answer(503, "");
    CHECK(person.login().log_in().error().code == https::Errc::unreachable);
    CHECK(person.kept() == "refresh1");
    issuer.will_refuse("invalid_grant");
    CHECK(person.login().token().error().code == Errc::ended);
    issuer.will_refuse("invalid_grant");
    CHECK(person.login().log_in());
    CHECK(person.prompts.size() == 2);
}

TEST_CASE("Login: logging out has the issuer forget it, and removes what is kept") {
    DeviceIssuer issuer;
    Person person(issuer);
    REQUIRE(person.login().log_in());
    CHECK(person.login().log_out());
    CHECK(issuer.heard("/revoke") ==
          std::vector<std::string>{"token=refresh1&token_type_hint=refresh_token&client_id=nats%20cli"});
    CHECK(person.kept().empty());
    CHECK(person.login().log_out().error().code == Errc::not_logged_in);
}

TEST_CASE("Login: answers that are malformed, or show people something that is not printable, are refused") {
    CHECK(parse_device_code(R"({"device_code":"d","user_code":"A\u001b[2J","verification_uri":"https://i/d",)"
                            R"("expires_in":1})")
              .error()
              .detail == "its \"user_code\"");
    CHECK(parse_device_code(R"({"device_code":"d","user_code":"A","verification_uri":"http://i/d",)"
                            R"("expires_in":1})")
              .error()
              .detail == "its \"verification_uri\"");
    CHECK(parse_tokens(R"({"access_token":7})").error().code == Errc::bad_answer);
    CHECK(parse_refusal("<html>").code == Errc::bad_answer);
    CHECK(parse_endpoints(R"({"issuer":"https://j","token_endpoint":"https://i/t"})", "https://i")
              .error()
              .code == Errc::bad_issuer);
    CHECK(parse_endpoints(R"({"issuer":"https://i","token_endpoint":"https://i/t"})", "https://i")
              .error()
              .code == Errc::no_device_login);
}

TEST_CASE("GitHub: a job's endpoint is asked with the job's token, for the audience") {
    const support::Certificates certificates;
    const support::HttpsServer server(certificates, [](const HttpsCall& call) {
        const bool right = call.target == "/token?api-version=2.0&audience=urn%3Anats" &&
                           call.authorization == "Bearer of.the.job";
        return right ? HttpsReply{.body = R"({"count":1234,"value":"a.b.c"})"} : HttpsReply{.status = 401};
    });
    const auto ask = [&](std::string_view token) {
        return github_token({.url = server.url() + "/token?api-version=2.0",
                             .bearer_token = base::Secret::copy_of(base::as_bytes(token))},
                            "urn:nats", certificates.file("ca.pem"));
    };
    CHECK(text_of(ask("of.the.job")) == "a.b.c");
    CHECK(ask("other").error().code == Errc::refused);
}
