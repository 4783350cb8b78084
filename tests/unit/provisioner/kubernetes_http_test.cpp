// The client of a cluster's API server, against servers over real TLS.
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/file.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/https_web.h>
#include <natscreds/provisioner/kubernetes/api_server.h>
#include <natscreds/provisioner/kubernetes/api_server_web.h>
#include <support/black_hole.h>
#include <support/eventually.h>
#include <support/https_server.h>

using namespace natscreds;
using provisioner::identity::Errc;
using provisioner::identity::HttpsWeb;
using namespace provisioner::kubernetes;
using support::Certificates;
using support::HttpsCall;
using support::HttpsReply;
using support::HttpsServer;

namespace {

/// What the server was asked last.
class Heard {
  public:
    HttpsServer::Answer answering(HttpsReply reply) {
        return [this, reply = std::move(reply)](const HttpsCall& call) {
            const std::lock_guard lock(mutex_);
            last_ = call;
            return reply;
        };
    }

    HttpsCall last() const {
        const std::lock_guard lock(mutex_);
        return last_;
    }

  private:
    mutable std::mutex mutex_;
    HttpsCall last_;
};

ApiServerAccess access_to(const HttpsServer& server, const Certificates& certificates) {
    return {.url = server.url(), .ca = certificates.file("ca.pem")};
}

void write(const std::filesystem::path& file, std::string_view text) {
    const auto written = base::write_file(file, base::as_bytes(text), {.existing = base::Existing::replace});
    REQUIRE(written);
}

/// Lines that a test hands to a stream, one by one.
class LineQueue {
  public:
    void push(std::string line) {
        const std::lock_guard lock(mutex_);
        lines_.push(std::move(line));
        changed_.notify_all();
    }

    void end() {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        changed_.notify_all();
    }

    std::optional<std::string> next() {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, support::default_timeout, [&] { return ended_ || !lines_.empty(); });
        if (lines_.empty()) return std::nullopt;
        std::string line = std::move(lines_.front());
        lines_.pop();
        return line;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::queue<std::string> lines_;
    bool ended_ = false;
};

}  // namespace

TEST_CASE("ApiServer: each method, its body and the token of the moment arrive as they should") {
    const Certificates certificates;
    Heard heard;
    const HttpsServer server(certificates, heard.answering({.status = 201, .body = "{\"kind\":\"Answer\"}"}));
    ApiServerAccess access = access_to(server, certificates);
    access.token = certificates.folder() / "token";
    write(access.token, "first.token\n");
    const auto api = ApiServer::create(access);
    REQUIRE(api);

    const auto posted = api->post("/apis/x?dryRun=All", "{\"a\":1}");
    REQUIRE(posted);
    CHECK(posted->status == 201);
    CHECK(posted->body == "{\"kind\":\"Answer\"}");
    CHECK(heard.last().method == "POST");
    CHECK(heard.last().target == "/apis/x?dryRun=All");
    CHECK(heard.last().body == "{\"a\":1}");
    CHECK(heard.last().content_type == "application/json");
    CHECK(heard.last().authorization == "Bearer first.token");

    write(access.token, "second.token");
    REQUIRE(api->get("/api"));
    CHECK(heard.last().method == "GET");
    CHECK(heard.last().authorization == "Bearer second.token");
    REQUIRE(api->put("/p", "{}"));
    CHECK(heard.last().method == "PUT");
    REQUIRE(api->patch("/p", "{}"));
    CHECK(heard.last().content_type == "application/merge-patch+json");
    REQUIRE(api->delete_("/p", "{}"));
    CHECK(heard.last().method == "DELETE");
}

TEST_CASE("ApiServer: a token file that is missing, empty or more than a token is an error that names it") {
    const Certificates certificates;
    Heard heard;
    const HttpsServer server(certificates, heard.answering({}));
    ApiServerAccess access = access_to(server, certificates);
    access.token = certificates.folder() / "token";
    const auto api = ApiServer::create(access);
    const auto error = [&] { return api->get("/").error(); };

    CHECK(error().code == std::errc::no_such_file_or_directory);
    for (const std::string text : {"", "\n", "two tokens", "token\r\nX-Other: header"}) {
        write(access.token, text);
        CHECK(error().code == std::errc::invalid_argument);
        CHECK(error().detail.find(access.token.string()) != std::string::npos);
    }
    CHECK(heard.last().method.empty());
}

TEST_CASE(
    "HTTPS: a server that is not there, not trusted, or not the one that was asked for is unreachable") {
    const Certificates certificates;
    Heard heard;
    auto server = std::make_unique<HttpsServer>(certificates, heard.answering({.body = "{}"}));
    const std::string url = server->url();
    CHECK(HttpsWeb(certificates.file("ca.pem")).read(url + "/document").value() == "{}");

    const auto untrusted = HttpsWeb().read(url);
    REQUIRE_FALSE(untrusted);
    CHECK(untrusted.error().code == Errc::unreachable);
    CHECK(untrusted.error().detail ==
          url + "/: its certificate is for another host, or no trusted authority signed it");
    // 127.0.0.2 is this machine too, and not in the certificate.
    const auto other =
        HttpsWeb(certificates.file("ca.pem")).read("https://127.0.0.2:" + std::to_string(server->port()));
    REQUIRE_FALSE(other);
    CHECK(other.error().code == Errc::unreachable);
    CHECK(HttpsWeb(certificates.folder() / "none.pem").read(url).error().code == Errc::unreachable);

    server.reset();
    const auto gone = HttpsWeb(certificates.file("ca.pem")).read(url);
    REQUIRE_FALSE(gone);
    CHECK(gone.error().code == Errc::unreachable);
    CHECK(gone.error().detail == url + "/: no connection");
}

TEST_CASE("HTTPS: a certificate that has ended is not trusted") {
    const Certificates certificates;
    certificates.expire("server");
    Heard heard;
    const HttpsServer server(certificates, heard.answering({}));
    CHECK(HttpsWeb(certificates.file("ca.pem")).read(server.url()).error().code == Errc::unreachable);
}

TEST_CASE(
    "HttpsWeb: a redirect, a refusal, a document too large and an address that is not https are errors") {
    const Certificates certificates;
    const HttpsServer server(certificates, [](const HttpsCall& call) {
        if (call.target == "/redirect") return HttpsReply{.status = 302, .location = "/document"};
        if (call.target == "/large") return HttpsReply{.body = std::string(256 * 1024 + 1, ' ')};
        if (call.target == "/largest") return HttpsReply{.body = std::string(256 * 1024, ' ')};
        return HttpsReply{.status = 403};
    });
    const HttpsWeb web(certificates.file("ca.pem"));
    const auto error = [&](const std::string& path) { return web.read(server.url() + path).error(); };
    CHECK(error("/redirect").detail == server.url() + "/redirect: it answered 302");
    CHECK(error("/redirect").code == Errc::unreachable);
    CHECK(error("/other").code == Errc::unreachable);
    CHECK(error("/large").code == Errc::too_large);
    CHECK(web.read(server.url() + "/largest").value().size() == 256 * 1024);
    for (const std::string url :
         {"http://127.0.0.1/", "https://", "https://user@host/", "https://host:0/", "https://host:99999/",
          "https://ho st/", "https://[::1/", "file:///etc/passwd"}) {
        CAPTURE(url);
        CHECK(web.read(url).error().code == std::errc::invalid_argument);
        CHECK(ApiServer::create({.url = url}).error().code == std::errc::invalid_argument);
    }
}

TEST_CASE("ApiServerWeb: a document is read from the API server, whatever host its address names") {
    const Certificates certificates;
    Heard heard;
    const HttpsServer server(certificates, heard.answering({.body = "{\"keys\":[]}"}));
    ApiServerAccess access = access_to(server, certificates);
    access.token = certificates.folder() / "token";
    write(access.token, "own.token");
    const ApiServerWeb web(ApiServer::create(access).value());
    CHECK(web.read("https://10.0.0.1:6443/openid/v1/jwks").value() == "{\"keys\":[]}");
    CHECK(heard.last().target == "/openid/v1/jwks");
    CHECK(heard.last().authorization == "Bearer own.token");
}

TEST_CASE("ApiServer: a watch hands over whole lines until the server ends it") {
    const Certificates certificates;
    LineQueue lines;
    const HttpsServer server(certificates, [&](const HttpsCall&) {
        return HttpsReply{.next_line = [&] { return lines.next(); }};
    });
    const auto api = ApiServer::create(access_to(server, certificates));
    for (const std::string piece : {"{\"n\":1}\n{\"n\"", ":2}\n", "\n{\"n\":3}\n", "cut off"})
        lines.push(piece);
    lines.end();
    std::vector<std::string> heard;
    const auto ended = api->watch(
        {.path = "/w?watch=true", .on_line = [&](std::string_view line) { heard.emplace_back(line); }}, {});
    REQUIRE(ended);
    CHECK(ended->status == 200);
    CHECK(heard == std::vector<std::string>{"{\"n\":1}", "{\"n\":2}", "{\"n\":3}"});
}

TEST_CASE("ApiServer: a watch that waits is ended from another thread, and one that is refused says why") {
    const Certificates certificates;
    LineQueue lines;
    const HttpsServer server(certificates, [&](const HttpsCall& call) {
        if (call.target == "/gone") return HttpsReply{.status = 410, .body = "{\"kind\":\"Status\"}"};
        return HttpsReply{.next_line = [&] { return lines.next(); }};
    });
    const auto api = ApiServer::create(access_to(server, certificates));
    const auto refused =
        api->watch({.path = "/gone", .on_line = [](std::string_view) { FAIL("a line"); }}, {});
    REQUIRE(refused);
    CHECK(refused->status == 410);
    CHECK(refused->body == "{\"kind\":\"Status\"}");

    lines.push("{}\n");
    std::atomic<int> heard = 0;
    std::atomic<int> status = 0;
    std::jthread watcher([&](const std::stop_token& stop) {
        const auto ended = api->watch({.path = "/w", .on_line = [&](std::string_view) { ++heard; }}, stop);
        status = ended ? ended->status : -1;
    });
    REQUIRE(support::eventually([&] { return heard == 1; }));
    watcher.request_stop();
    watcher.join();
    CHECK(status == 200);
    lines.end();
}

/// Sooner than connecting is given up, and than the silence that is waited for.
constexpr std::chrono::seconds stopped_at_once{4};

/// How long asking goes on after it is to stop: with `ask`, on a thread of its own.
std::chrono::milliseconds time_to_stop(const support::BlackHole& hole, std::stop_source& stop,
                                       const std::function<void()>& ask) {
    std::jthread asking(ask);
    REQUIRE(support::eventually([&] { return hole.has_guest(); }));
    const auto begun = std::chrono::steady_clock::now();
    stop.request_stop();
    asking.join();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
}

TEST_CASE("ApiServer: what is asked of a server that does not answer is stopped in whatever state it is") {
    const support::BlackHole hole(GENERATE(support::Hole::takes_no_connection, support::Hole::says_nothing));
    const bool watches = GENERATE(false, true);
    const Certificates certificates;
    std::stop_source stop;
    const std::chrono::minutes default_timeout(1);
    const auto api = ApiServer::create({.url = "https://" + hole.address(),
                                        .ca = certificates.file("ca.pem"),
                                        .timeout = default_timeout,
                                        .stop = stop.get_token()});
    const auto ask = [&] {
        if (!watches) (void)api->get("/version");
        if (watches) {
            (void)api->watch(
                {.path = "/w", .on_line = [](std::string_view) {}, .silence_timeout = default_timeout}, {});
        }
    };
    CHECK(time_to_stop(hole, stop, ask) < stopped_at_once);
    CHECK(api->get("/version").error().code == Errc::unreachable);
}

TEST_CASE("ApiServer: a watch is stopped by its own token while it connects, and nothing is asked after it") {
    const support::BlackHole hole(GENERATE(support::Hole::takes_no_connection, support::Hole::says_nothing));
    const Certificates certificates;
    std::stop_source stop;
    const auto api =
        ApiServer::create({.url = "https://" + hole.address(), .ca = certificates.file("ca.pem")});
    const ApiWatch watch{.path = "/w", .on_line = [](std::string_view) {}};
    const auto ask = [&] { (void)api->watch(watch, stop.get_token()); };
    CHECK(time_to_stop(hole, stop, ask) < stopped_at_once);
    CHECK(api->watch(watch, stop.get_token())->status == 200);
}

TEST_CASE("ApiServer: a watch that is silent for too long is unreachable") {
    const Certificates certificates;
    LineQueue lines;
    const HttpsServer server(certificates, [&](const HttpsCall&) {
        return HttpsReply{.next_line = [&] { return lines.next(); }};
    });
    const auto api = ApiServer::create(access_to(server, certificates));
    lines.push("{}\n");
    const auto ended = api->watch(
        {.path = "/w", .on_line = [](std::string_view) {}, .silence_timeout = std::chrono::seconds(1)}, {});
    lines.end();
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == Errc::unreachable);
}
