// What follows a cluster's roles and keeps its tokens, against answers that a real API server gave:
// tests/data/kubernetes. tests/kubernetes has the same against the server itself.
#include <natscreds/provisioner/kubernetes/role_watch.h>
#include <natscreds/provisioner/kubernetes/secret_tokens.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <support/eventually.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/https_server.h>
#include <support/test_data.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using namespace natscreds::provisioner::kubernetes;
using namespace std::chrono_literals;
using support::eventually;
using support::HttpsCall;
using support::HttpsReply;

namespace {

using Texts = std::vector<std::string>;

std::string recorded(const std::string& name) {
    return support::read_test_data("kubernetes/" + name);
}

/// The lines of a recorded watch, with their ends.
Texts recorded_lines(const std::string& name) {
    std::istringstream text(recorded(name));
    Texts lines;
    for (std::string line; std::getline(text, line);)
        lines.push_back(line + "\n");
    return lines;
}

/// What was told, by any thread.
class Told {
  public:
    void add(const std::string& what) {
        const std::lock_guard lock(mutex_);
        all_.push_back(what);
    }
    [[nodiscard]] Texts all() const {
        const std::lock_guard lock(mutex_);
        return all_;
    }
    [[nodiscard]] std::size_t count(const std::string& part) const {
        const Texts all = this->all();
        return static_cast<std::size_t>(std::ranges::count_if(
            all, [&](const std::string& what) { return what.find(part) != std::string::npos; }));
    }

  private:
    mutable std::mutex mutex_;
    Texts all_;
};

/// An API server that lists what it is told to, and streams the lines that it is given.
class RolesApi {
  public:
    ~RolesApi() { end_watch(); }

    void list(HttpsReply reply) {
        const std::lock_guard lock(mutex_);
        list_ = std::move(reply);
    }
    void stream(const std::string& line) {
        const std::lock_guard lock(mutex_);
        lines_.push_back(line);
        changed_.notify_all();
    }
    void end_watch() { stream(""); }

    [[nodiscard]] std::string last_watch() const {
        const std::lock_guard lock(mutex_);
        return last_watch_;
    }
    [[nodiscard]] int lists() const {
        const std::lock_guard lock(mutex_);
        return lists_;
    }

    HttpsReply answer(const HttpsCall& call) {
        const std::lock_guard lock(mutex_);
        if (call.target.find("watch=true") == std::string::npos) {
            ++lists_;
            return list_;
        }
        last_watch_ = call.target;
        return {.next_line = [this] { return next_line(); }};
    }

  private:
    std::optional<std::string> next_line() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, support::default_timeout, [&] { return !lines_.empty(); });
        if (lines_.empty()) return std::nullopt;
        std::string line = std::move(lines_.front());
        lines_.pop_front();
        return line.empty() ? std::nullopt : std::optional(line);
    }

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    HttpsReply list_;
    std::deque<std::string> lines_;
    std::string last_watch_;
    int lists_ = 0;
};

identity::ServiceRole role(const std::string& name) {
    return {.account = {.namespace_name = "nats-io", .name = name}, .publish = {}, .subscribe = {}};
}

}  // namespace

TEST_CASE(
    "Role watch: recorded changes count one by one, a role that cannot be read grants nothing, and an "
    "expired "
    "watch lists anew") {
    const support::Certificates certificates;
    RolesApi api;
    support::HttpsServer server(certificates, [&](const HttpsCall& call) { return api.answer(call); });
    api.list({.status = 403, .body = recorded("roles_forbidden.json")});
    support::FakeIntervals intervals;
    identity::ServiceRoles roles;
    Told told;
    RoleWatch watch(
        *ApiServer::create({.url = server.url(), .ca = certificates.file("ca.pem")}),
        {.cluster = "example-nats", .namespaces = {"nats-io"}},
        {.roles = roles,
         .intervals = intervals,
         .tell = [&](const std::string& what) { told.add(what); },
         .remark =
             [](const identity::ServiceRole& read) { return read.account.text() + " is worth a remark"; }},
        {.first = 1ms, .longest = 20ms});
    const auto publishes = [&](const std::string& name) {
        const auto found = roles.find({"nats-io", name});
        return found ? found->publish.allow : Texts{"no role"};
    };
    const auto subscribes = [&] { return roles.find({"nats-io", "nats-user"})->subscribe.allow; };

    REQUIRE(eventually([&] { return api.lists() > 2; }));
    CHECK_FALSE(watch.ready());
    CHECK(told.count("cannot list resource \"natsserviceroles\"") == 1);

    api.list({.body = recorded("roles_list.json")});
    REQUIRE(eventually([&] { return watch.ready().has_value(); }));
    CHECK(publishes("nats-user") == Texts{"foo.*", "foo.bar.quux"});
    CHECK(subscribes() == Texts{"foo.bar", "greetings", "hello.world"});
    CHECK(eventually([&] {
        return api.last_watch() ==
               "/apis/nats.io/v1alpha2/namespaces/nats-io/natsserviceroles?labelSelector="
               "nats_cluster%3Dexample-nats&watch=true&allowWatchBookmarks=true"
               "&resourceVersion=214";
    }));

    CHECK(told.count("nats-io/nats-user is worth a remark") == 1);
    const Texts lines = recorded_lines("roles_watch.jsonl");
    REQUIRE(lines.size() == 4);
    api.stream(lines[0]);
    CHECK(eventually([&] { return subscribes() == Texts{"jobs.> workers"}; }));
    CHECK(told.count("nats-io/nats-user is worth a remark") == 1);
    api.stream(lines[1]);
    CHECK(eventually([&] { return publishes("nats-admin-user") == Texts{">"}; }));
    api.stream(lines[2]);
    CHECK(eventually([&] { return publishes("nats-user") == Texts{"no role"}; }));
    intervals.advance(60s);
    api.stream(lines[3]);
    CHECK(eventually([&] { return watch.synced() == intervals.now(); }));
    CHECK(roles.size() == 1);

    // An ordinary end is followed by another watch from there on, and by no list.
    const int lists = api.lists();
    const std::string before = api.last_watch();
    api.end_watch();
    CHECK(eventually([&] { return api.last_watch() != before; }));
    CHECK(api.lists() == lists);

    std::string broken = lines[1];
    broken.replace(broken.rfind("greetings"), 9, "a b c");
    api.stream(broken);
    CHECK(eventually([&] { return publishes("nats-admin-user") == Texts{"no role"}; }));
    CHECK(
        told.count(
            R"(a role grants nothing: nats-io/nats-admin-user: spec.permissions.subscribe: "a b c" is not)") ==
        1);

    api.stream(recorded_lines("roles_watch_gone.jsonl")[0]);
    api.end_watch();
    CHECK(eventually([&] { return publishes("nats-user") == Texts{"foo.*", "foo.bar.quux"}; }));
    CHECK(roles.size() == 1);

    // Away, and back without the role.
    api.list({.status = 503, .body = "not now"});
    api.end_watch();
    CHECK(eventually([&] { return told.count("503") == 1; }));
    CHECK(roles.size() == 1);
    CHECK(watch.ready());
    api.list({.body = R"({"metadata":{"resourceVersion":"300"},"items":[]})"});
    CHECK(eventually([&] { return roles.size() == 0; }));
    CHECK(told.count("followed again") == 2);
}

namespace {

constexpr base::Time token_issued{1'795'258'734s};
constexpr auto secret_path = "/api/v1/namespaces/nats-io/secrets/nats-user-example-nats-bound-token";

/// An API server that answers about Secrets what a real one answered.
class SecretsApi {
  public:
    HttpsReply answer(const HttpsCall& call) {
        calls.push_back(call);
        if (call.method == "DELETE") return {.body = "{}"};
        if (call.method == "PATCH") return patched;
        if (call.target.ends_with("/nats-user/token"))
            return {.status = 201, .body = recorded("token_request.json")};
        if (call.target.ends_with("/token"))
            return {.status = 404, .body = recorded("token_request_nobody.json")};
        if (call.method == "POST") return made;
        return found;
    }

    /// What was asked for but read since the last time.
    [[nodiscard]] Texts changes() {
        Texts asked;
        for (const HttpsCall& call : calls) {
            if (call.method != "GET") asked.push_back(call.method + " " + call.target);
        }
        calls.clear();
        return asked;
    }

    HttpsReply made{.status = 201, .body = recorded("secret_created.json")};
    HttpsReply found{.status = 404, .body = recorded("secret_missing.json")};
    HttpsReply patched{.body = "{}"};
    std::vector<HttpsCall> calls;
};

struct Keeper {
    support::Certificates certificates;
    SecretsApi api;
    support::HttpsServer server{certificates, [this](const HttpsCall& call) { return api.answer(call); }};
    support::FakeClock clock{token_issued};
    support::FakeIntervals intervals;
    identity::ServiceRoles roles;
    Texts told;
    SecretTokens tokens{*ApiServer::create({.url = server.url(), .ca = certificates.file("ca.pem")}),
                        {.cluster = "example-nats", .audience = "nats", .namespaces = {"nats-io"}},
                        {.roles = roles,
                         .clocks = {clock, intervals},
                         .tell = [this](const std::string& what) { told.push_back(what); }}};
};

const std::string secrets = "/api/v1/namespaces/nats-io/secrets";
const std::string token_of_user = "/api/v1/namespaces/nats-io/serviceaccounts/nats-user/token";

}  // namespace

TEST_CASE(
    "Secret tokens: a role gets a Secret and a token bound to it, which is renewed at four fifths of its "
    "life, "
    "and both go with the role") {
    Keeper keeper;
    SecretsApi& api = keeper.api;
    keeper.roles.replace({role("nats-user")});
    keeper.tokens.keep();
    REQUIRE(api.calls.size() == 4);
    CHECK(api.calls[0].target == secret_path);
    CHECK(api.calls[2].body.find(R"("audiences":["nats"])") != std::string::npos);
    CHECK(api.calls[2].body.find(R"("uid":"00970f8f-ff2b-4604-b5db-4095ed8dcbcb")") != std::string::npos);
    CHECK(api.calls[3].body.find(R"("resourceVersion":"218"},"stringData":{"token":"eyJ)") !=
          std::string::npos);
    CHECK(api.changes() ==
          Texts{"POST " + secrets, "POST " + token_of_user, std::string("PATCH ") + secret_path});

    api.found = {.body = recorded("secret.json")};
    keeper.intervals.advance(2879s);
    keeper.tokens.keep();
    CHECK(api.changes().empty());

    // Another copy of the service was first.
    api.patched = {.status = 409, .body = recorded("secret_conflict.json")};
    keeper.intervals.advance(1s);
    keeper.tokens.keep();
    CHECK(api.changes() == Texts{"POST " + token_of_user, std::string("PATCH ") + secret_path});

    keeper.roles.replace({});
    keeper.tokens.keep();
    CHECK(api.calls.back().body.find(R"("preconditions":{"resourceVersion":")") != std::string::npos);
    CHECK(api.calls.back().body.find(R"("uid":"00970f8f-ff2b-4604-b5db-4095ed8dcbcb")") != std::string::npos);
    CHECK(api.changes() == Texts{std::string("DELETE ") + secret_path});
    CHECK(keeper.told.empty());
}

TEST_CASE("Secret tokens: a date that is set back puts no renewal off, one that is set forward brings one") {
    Keeper keeper;
    keeper.roles.replace({role("nats-user")});
    const bool made_by_us = GENERATE(true, false);
    if (!made_by_us) keeper.api.found = {.body = recorded("secret.json")};
    keeper.tokens.keep();
    keeper.api.found = {.body = recorded("secret.json")};
    CHECK(keeper.api.changes().empty() != made_by_us);

    const std::size_t forward = GENERATE(std::size_t{0}, std::size_t{1});
    keeper.clock.advance(forward == 1 ? 1h : -1h);
    for (int round = 0; round < 3; ++round)
        keeper.tokens.keep();
    CHECK(keeper.api.changes().size() == 2 * forward);
    keeper.intervals.advance(2879s);
    keeper.tokens.keep();
    CHECK(keeper.api.changes().empty());
    keeper.intervals.advance(1s);
    keeper.tokens.keep();
    CHECK(keeper.api.changes().size() == 2);
}

TEST_CASE("Secret tokens: how old a token is that was there before the service, the date says") {
    Keeper keeper;
    keeper.api.found = {.body = recorded("secret.json")};
    keeper.roles.replace({role("nats-user")});
    keeper.clock.set(token_issued + 2000s);
    keeper.tokens.keep();
    keeper.intervals.advance(879s);
    keeper.tokens.keep();
    CHECK(keeper.api.changes().empty());
    keeper.intervals.advance(1s);
    keeper.tokens.keep();
    CHECK(keeper.api.changes().size() == 2);
}

TEST_CASE("Secret tokens: a token that is not the one it should be is replaced before its time") {
    Keeper keeper;
    keeper.api.found = {.body = recorded("secret.json")};
    identity::ServiceRole made_anew = role("nats-user");
    made_anew.uid = "another";
    keeper.roles.replace({made_anew});
    keeper.tokens.keep();
    CHECK(keeper.api.calls.back().body.find(R"("ownerReferences":[{"apiVersion":"nats.io/v1alpha2",)") !=
          std::string::npos);
    CHECK(keeper.api.changes().size() == 2);
}

TEST_CASE(
    "Secret tokens: a missing ServiceAccount and somebody else's Secret are told once and tried again") {
    Keeper keeper;
    keeper.roles.replace({role("nobody")});
    keeper.tokens.keep();
    keeper.tokens.keep();
    REQUIRE(keeper.told.size() == 1);
    CHECK(keeper.told[0].find(R"(it answered 404: serviceaccounts "nobody" not found)") != std::string::npos);
    CHECK(keeper.api.changes().size() == 4);

    keeper.api.found = {.body = R"({"metadata":{"name":"nats-user-example-nats-bound-token"}})"};
    keeper.roles.replace({role("nats-user")});
    keeper.tokens.keep();
    keeper.tokens.keep();
    REQUIRE(keeper.told.size() == 2);
    CHECK(keeper.told[1].find("/secrets/nats-user-example-nats-bound-token is somebody else's") !=
          std::string::npos);
    keeper.roles.replace({});
    keeper.tokens.keep();
    CHECK(keeper.api.changes().empty());
}
