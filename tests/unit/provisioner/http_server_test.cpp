// The service's HTTP port, and what clients of every kind can do to it: nothing.
#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/provisioner/observation/http_server.h>
#include <support/eventually.h>
#include <support/loopback.h>
#include <support/process.h>

using namespace natscreds;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using provisioner::HttpAnswers;
using provisioner::HttpServer;

namespace {

/// Long for a server that answers at once, and shorter than what a client may take for its own request.
constexpr timeval at_once{.tv_sec = 1, .tv_usec = 900'000};

class Client {
  public:
    explicit Client(const std::string& address) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const sockaddr_in place = support::loopback(std::stoi(address.substr(address.rfind(':') + 1)));
        REQUIRE(connect(socket_, reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0);
        (void)setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &at_once, sizeof at_once);
    }
    ~Client() { close(socket_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(const std::string& text) const {
        (void)!::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    }

    /// All that comes until the server closes, or is late.
    [[nodiscard]] std::string response() const {
        std::string all;
        std::array<char, 4096> bytes;
        for (ssize_t count = 0; (count = recv(socket_, bytes.data(), bytes.size(), 0)) > 0;)
            all.append(bytes.data(), static_cast<std::size_t>(count));
        return all;
    }

    /// Whether the server has closed it.
    [[nodiscard]] bool closed() const {
        char byte = 0;
        return recv(socket_, &byte, 1, MSG_DONTWAIT) >= 0 || errno == ECONNRESET;
    }

  private:
    int socket_;
};

HttpAnswers ready_answers() {
    return {.metrics = [] { return std::string("natscreds_up 1\n"); },
            .ready = [] { return base::Status(); }};
}

std::unique_ptr<HttpServer> server(HttpAnswers answers = ready_answers()) {
    return HttpServer::start("127.0.0.1:0", std::move(answers)).value();
}

std::string asked(const HttpServer& server, const std::string& request) {
    const Client client(server.address());
    client.send(request);
    return client.response();
}

std::string get(const HttpServer& server, const std::string& path) {
    return asked(server, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
}

using Clients = std::vector<std::unique_ptr<Client>>;

Clients connect(const HttpServer& server, std::size_t count) {
    Clients clients;
    while (clients.size() < count)
        clients.push_back(std::make_unique<Client>(server.address()));
    return clients;
}

}  // namespace

TEST_CASE("HTTP: each path has its answer, and readiness says why not") {
    const auto ready = server();
    CHECK_THAT(get(*ready, "/healthz"), StartsWith("HTTP/1.1 200 OK\r\n") && EndsWith("\r\n\r\nok\n"));
    CHECK_THAT(get(*ready, "/metrics?x=1"), EndsWith("natscreds_up 1\n"));
    CHECK_THAT(get(*ready, "/readyz"), StartsWith("HTTP/1.1 200 "));
    CHECK_THAT(get(*ready, "/"), StartsWith("HTTP/1.1 404 "));
    CHECK_THAT(asked(*ready, "HEAD /healthz HTTP/1.1\r\n\r\n"),
               StartsWith("HTTP/1.1 200 ") && EndsWith("\r\n\r\n"));

    HttpAnswers answers = ready_answers();
    answers.ready = [] { return base::Error{std::make_error_code(std::errc::timed_out), "the ledger"}; };
    const auto late = server(std::move(answers));
    CHECK_THAT(get(*late, "/readyz"), StartsWith("HTTP/1.1 503 ") && ContainsSubstring("the ledger"));
    CHECK_THAT(get(*late, "/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_CASE("HTTP: what is no request of ours is refused, and is no answer") {
    const auto http = server();
    CHECK_THAT(asked(*http, "POST /healthz HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"),
               StartsWith("HTTP/1.1 405 "));
    CHECK_THAT(asked(*http, "nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
    CHECK_THAT(asked(*http, " \r\n\r\n"), StartsWith("HTTP/1.1 400 "));
    CHECK_THAT(asked(*http, "GET /healthz SMTP\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
    CHECK_THAT(asked(*http, "GET /healthz HTTP/1.1\r\nX: " + std::string(8192, 'x')),
               StartsWith("HTTP/1.1 431 "));
}

TEST_CASE(
    "HTTP: /healthz is answered at once beside 200 idle connections and 200 that send a byte and no more") {
    const auto http = server();
    const Clients idle = connect(*http, 200);
    const Clients slow = connect(*http, 200);
    for (const auto& client : slow)
        client->send("G");
    CHECK_THAT(get(*http, "/healthz"), StartsWith("HTTP/1.1 200 "));
    CHECK_THAT(get(*http, "/metrics"), StartsWith("HTTP/1.1 200 "));
}

TEST_CASE("HTTP: a client that does not read its answer keeps nobody waiting") {
    HttpAnswers answers = ready_answers();
    answers.metrics = [] { return std::string(8 * 1024 * 1024, 'x'); };
    const auto http = server(std::move(answers));
    const Clients unread = connect(*http, 4);
    for (const auto& client : unread)
        client->send("GET /metrics HTTP/1.1\r\n\r\n");
    CHECK_THAT(get(*http, "/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_CASE("HTTP: a connection without a request is closed, also one that sends a byte now and then") {
    const auto http = server();
    const Clients clients = connect(*http, 2);
    CHECK(support::eventually([&] {
        clients.back()->send("G");
        return clients.front()->closed() && clients.back()->closed();
    }));
}

TEST_CASE("HTTP: an address that cannot be listened on says which, and why") {
    const auto first = server();
    const auto failure = [](const std::string& address) {
        const auto started = HttpServer::start(address, ready_answers());
        return started ? base::Error{} : started.error();
    };
    CHECK(failure(first->address()).code == std::errc::address_in_use);
    CHECK_THAT(failure(first->address()).message(), ContainsSubstring(first->address()));
    // Of the range that RFC 5737 keeps for documents: no machine has it.
    CHECK(failure("192.0.2.1:0").code == std::errc::address_not_available);
    CHECK_THAT(failure("no-such-host.invalid:0").message(), ContainsSubstring("no-such-host.invalid:0"));
    CHECK(failure("no-such-host.invalid:0").code == std::errc::invalid_argument);
    for (const char* address :
         {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:8080", "[::1:80"})
        CHECK(failure(address).code == std::errc::invalid_argument);
}

TEST_CASE("HTTP: a port that only root may listen on is refused to others by that name") {
    constexpr uid_t nobody = 65534;
    const auto outcome = support::run_in_child([] {
        if (geteuid() == 0 && setuid(nobody) != 0) return 2;
        const auto started = HttpServer::start("127.0.0.1:1", ready_answers());
        return !started && started.error().code == std::errc::permission_denied ? 0 : 1;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("HTTP: an IPv6 host stands in brackets") {
    const auto http = HttpServer::start("[::1]:0", ready_answers());
    REQUIRE(http);
    CHECK_THAT((*http)->address(), StartsWith("[::1]:"));
    CHECK(HttpServer::start((*http)->address(), ready_answers()).error().code == std::errc::address_in_use);
}
