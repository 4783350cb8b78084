#include <natscreds/provisioner/service/http_server.h>

#include <charconv>
#include <thread>
#include <utility>

#include <httplib.h>

namespace natscreds::provisioner {
namespace {

struct Address {
    std::string host;
    int port;
};

base::Result<Address> parse_address(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
    int number = -1;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    const bool good =
        error == std::errc{} && end == port.data() + port.size() && number >= 0 && number < 65536;
    if (!good) {
        return base::Error{std::make_error_code(std::errc::invalid_argument),
                           "the HTTP address \"" + text + "\" is not HOST:PORT"};
    }
    const std::string host = text.substr(0, colon);
    return Address{.host = host.empty() ? "127.0.0.1" : host, .port = number};
}

class Server final : public HttpServer {
  public:
    explicit Server(HttpAnswers answers) : answers_(std::move(answers)) {
        server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
            response.set_content(answers_.metrics(), "text/plain; version=0.0.4");
        });
        server_.Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
            response.set_content("ok\n", "text/plain");
        });
        server_.Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
            const base::Status ready = answers_.ready();
            response.status = ready ? 200 : 503;
            response.set_content(ready ? "ok\n" : ready.error().message() + "\n", "text/plain");
        });
        // A connection that is kept open would be waited for at the end.
        server_.set_keep_alive_max_count(1);
        // Scrapers are few; the default is a thread for each processor and more.
        server_.new_task_queue = [] { return new httplib::ThreadPool(2); };
    }

    ~Server() override { server_.stop(); }

    base::Status listen(const Address& address) {
        const int port = address.port != 0 && server_.bind_to_port(address.host.c_str(), address.port)
                             ? address.port
                         : address.port == 0 ? server_.bind_to_any_port(address.host.c_str())
                                             : -1;
        if (port < 0) {
            return base::Error{std::make_error_code(std::errc::address_in_use),
                               "listening on " + address.host + ":" + std::to_string(address.port)};
        }
        address_ = address.host + ":" + std::to_string(port);
        thread_ = std::jthread([this] { server_.listen_after_bind(); });
        while (!server_.is_running())
            std::this_thread::yield();
        return {};
    }

    [[nodiscard]] const std::string& address() const noexcept override { return address_; }

  private:
    HttpAnswers answers_;
    httplib::Server server_;
    std::string address_;
    std::jthread thread_;
};

}  // namespace

base::Result<std::unique_ptr<HttpServer>> HttpServer::start(const std::string& address, HttpAnswers answers) {
    const base::Result<Address> parsed = parse_address(address);
    if (!parsed) return parsed.error();
    auto server = std::make_unique<Server>(std::move(answers));
    const base::Status listening = server->listen(*parsed);
    if (!listening) return listening.error();
    return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace natscreds::provisioner
