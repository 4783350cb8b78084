#include <natscreds/provisioner/observation/http_server.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <list>
#include <thread>
#include <utility>
#include <vector>

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <natscreds/base/descriptor.h>
#include <natscreds/base/host_lookup.h>
#include <natscreds/base/thread_name.h>

#include "http_exchange.h"

// Ours and not a library's: cpp-httplib gives each connection a thread for as long as its client likes, so that
// whoever reaches the port can have /healthz fail, and the service restarted.
namespace natscreds::provisioner {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t max_connections = 64;
constexpr int max_unaccepted = 128;
constexpr std::chrono::seconds timeout{2};
/// Without a descriptor to spare, a connection is tried again so much later.
constexpr std::chrono::milliseconds accept_pause{100};

// ---- addresses

struct Address {
    std::string host;
    std::string port;

    [[nodiscard]] std::string text() const {
        const bool bracketed = host.find(':') != std::string::npos;
        return (bracketed ? "[" + host + "]" : host) + ":" + port;
    }
};

base::Result<Address> parse_address(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
    int number = -1;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    std::string host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    const bool one_host = bracketed || host.find_first_of(":[]") == std::string::npos;
    const bool good =
        error == std::errc{} && end == port.data() + port.size() && number >= 0 && number < 65536 && one_host;
    if (good) return Address{.host = host.empty() ? "127.0.0.1" : host, .port = port};
    return base::Error{std::make_error_code(std::errc::invalid_argument),
                       "the HTTP address \"" + text + "\" is not HOST:PORT or [HOST]:PORT"};
}

std::string port_of(int listener) {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    std::array<char, NI_MAXSERV> port{};
    if (getsockname(listener, reinterpret_cast<sockaddr*>(&bound), &size) == 0)
        (void)getnameinfo(reinterpret_cast<sockaddr*>(&bound), size, nullptr, 0, port.data(), port.size(),
                          NI_NUMERICSERV);
    return port.data();
}

/// Not SO_REUSEPORT: with it several copies listen on one port, and each scrape reaches any of them.
base::Result<base::Descriptor> listen_at(const addrinfo& place) {
    const auto failed = [] { return base::Error{std::error_code(errno, std::generic_category()), ""}; };
    base::Descriptor listener(socket(place.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!listener.open()) return failed();
    const int yes = 1;
    (void)setsockopt(listener.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener.number(), place.ai_addr, place.ai_addrlen) != 0) return failed();
    if (::listen(listener.number(), max_unaccepted) != 0) return failed();
    return listener;
}

base::Result<base::Descriptor> listen_on(const Address& address) {
    const auto numbers = base::look_up_host(address.host, timeout);
    if (!numbers)
        return base::Error{std::make_error_code(std::errc::invalid_argument),
                           "the HTTP address " + address.text() + ": " + numbers.error().code.message()};
    base::Error failed;
    for (const std::string& number : *numbers) {
        const auto place = base::socket_address(number, address.port);
        base::Result<base::Descriptor> listener = place ? listen_at(**place) : place.error();
        if (listener) return listener;
        failed = listener.error();
    }
    return failed.within("listening on " + address.text());
}

// ---- connections

/// One client: its request comes, the response goes, and then its end is waited for.
class Client {
  public:
    explicit Client(base::Descriptor socket) : socket_(std::move(socket)) {}

    [[nodiscard]] pollfd waits_for() const {
        const bool sends = sent_ < response_.size();
        return {.fd = socket_.number(), .events = static_cast<short>(sends ? POLLOUT : POLLIN), .revents = 0};
    }
    [[nodiscard]] bool over() const { return over_ || Clock::now() >= deadline_; }
    [[nodiscard]] Clock::time_point deadline() const { return deadline_; }

    void go_on(const HttpAnswers& answers) {
        if (sent_ < response_.size()) return send_more();
        std::array<char, 4096> bytes;
        const ssize_t count = recv(socket_.number(), bytes.data(), bytes.size(), 0);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count <= 0) over_ = true;
        // What comes behind the request is read and forgotten, for the response would be lost otherwise.
        if (count <= 0 || !response_.empty()) return;
        request_.append(bytes.data(), static_cast<std::size_t>(count));
        if (auto response = http_response(request_, answers)) begin_to_send(std::move(*response));
    }

  private:
    void begin_to_send(std::string response) {
        response_ = std::move(response);
        deadline_ = Clock::now() + timeout;
        send_more();
    }

    void send_more() {
        const std::string_view rest = std::string_view(response_).substr(sent_);
        const ssize_t count = send(socket_.number(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count < 0) over_ = true;
        if (count > 0) sent_ += static_cast<std::size_t>(count);
        if (sent_ == response_.size()) (void)shutdown(socket_.number(), SHUT_WR);
    }

    base::Descriptor socket_;
    Clock::time_point deadline_ = Clock::now() + timeout;
    std::string request_;
    std::string response_;
    std::size_t sent_ = 0;
    bool over_ = false;
};

class Server final : public HttpServer {
  public:
    Server(base::Descriptor listener, std::string address, HttpAnswers answers)
        : listener_(std::move(listener)),
          woken_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
          address_(std::move(address)),
          answers_(std::move(answers)),
          thread_([this](const std::stop_token& stop) { run(stop); }) {}

    ~Server() override {
        thread_.request_stop();
        const std::uint64_t one = 1;
        (void)!write(woken_.number(), &one, sizeof one);
        thread_.join();
    }

    [[nodiscard]] const std::string& address() const noexcept override { return address_; }

  private:
    void run(const std::stop_token& stop) {
        base::name_thread("http");
        while (!stop.stop_requested()) {
            const bool accepts = Clock::now() >= accepts_again_;
            std::vector<pollfd> waited{
                {.fd = woken_.number(), .events = POLLIN, .revents = 0},
                {.fd = accepts ? listener_.number() : -1, .events = POLLIN, .revents = 0}};
            for (const Client& client : clients_)
                waited.push_back(client.waits_for());
            if (poll(waited.data(), waited.size(), milliseconds_to_wait()) < 0) continue;
            serve(waited);
            if (waited[1].revents != 0) accept_all();
        }
    }

    /// Until the first deadline: after it there is something to do without a client's help.
    [[nodiscard]] int milliseconds_to_wait() const {
        Clock::time_point first = Clock::now() + timeout;
        for (const Client& client : clients_)
            first = std::min(first, client.deadline());
        if (accepts_again_ > Clock::now()) first = std::min(first, accepts_again_);
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now());
        return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }

    void serve(const std::vector<pollfd>& waited) {
        std::size_t number = 2;
        for (Client& client : clients_) {
            if (waited[number++].revents != 0) client.go_on(answers_);
        }
        std::erase_if(clients_, [](const Client& client) { return client.over(); });
    }

    /// What has been sent already is answered at once, before another client can push it out.
    void accept_all() {
        for (std::size_t i = 0; i < max_connections; ++i) {
            base::Descriptor accepted(
                accept4(listener_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (!accepted.open()) {
                const bool none_left = errno == EAGAIN || errno == ECONNABORTED || errno == EINTR;
                if (!none_left) accepts_again_ = Clock::now() + accept_pause;
                return;
            }
            if (clients_.size() == max_connections) clients_.pop_front();
            clients_.emplace_back(std::move(accepted)).go_on(answers_);
        }
    }

    const base::Descriptor listener_;
    const base::Descriptor woken_;
    const std::string address_;
    const HttpAnswers answers_;
    // Of the thread only.
    std::list<Client> clients_;  ///< the oldest first
    Clock::time_point accepts_again_{};
    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace

base::Result<std::unique_ptr<HttpServer>> HttpServer::start(const std::string& address, HttpAnswers answers) {
    base::Result<Address> parsed = parse_address(address);
    if (!parsed) return parsed.error();
    base::Result<base::Descriptor> listener = listen_on(*parsed);
    if (!listener) return listener.error();
    parsed->port = port_of(listener->number());
    return std::unique_ptr<HttpServer>(
        std::make_unique<Server>(std::move(*listener), parsed->text(), std::move(answers)));
}

}  // namespace natscreds::provisioner
