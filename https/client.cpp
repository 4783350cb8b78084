#include <natscreds/https/client.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <httplib.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <natscreds/base/bytes.h>
#include <natscreds/base/descriptor.h>
#include <natscreds/base/host_lookup.h>
#include <natscreds/base/letters.h>
#include <natscreds/base/thread_name.h>
#include <natscreds/https/errc.h>

namespace natscreds::https {
namespace {

base::Error not_https(const std::string& url) {
    return {std::make_error_code(std::errc::invalid_argument),
            "\"" + url + "\" is not https://HOST[:PORT][/PATH]"};
}

bool printable(std::string_view text) {
    return std::ranges::all_of(text, base::is_visible);
}

/// "host", "host:port" or "[address]:port".
bool read_host(std::string_view text, Address& address) {
    const bool bracketed = text.starts_with('[');
    const std::size_t end = bracketed ? text.find(']') : text.find(':');
    address.host = text.substr(bracketed, bracketed ? end - 1 : end);
    const std::size_t rest = bracketed ? end + 1 : end;
    if ((bracketed && end == std::string_view::npos) || address.host.empty()) return false;
    if (rest >= text.size()) return true;
    const std::string_view port = text.substr(rest + 1);
    const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    return text[rest] == ':' && error == std::errc{} && stop == port.data() + port.size() &&
           address.port > 0 && address.port < 65536;
}

std::string_view in_words(httplib::Error error) {
    switch (error) {
        case httplib::Error::Connection:
            return "no connection";
        case httplib::Error::ConnectionTimeout:
            return "no connection in time";
        case httplib::Error::Read:
            return "no whole answer in time";
        case httplib::Error::Write:
            return "the request could not be sent";
        case httplib::Error::SSLConnection:
            return "the TLS handshake failed";
        case httplib::Error::SSLLoadingCerts:
            return "the file of certificate authorities cannot be used";
        case httplib::Error::SSLServerVerification:
            return "its certificate is for another host, or no trusted authority signed it";
        default:
            return "no answer";
    }
}

/// Another address of the host may do better.
bool not_connected(httplib::Error error) {
    return error == httplib::Error::Connection || error == httplib::Error::ConnectionTimeout;
}

base::Error unreachable(const Address& address, std::string_view what) {
    return {Errc::unreachable, "https://" + address.host + ":" + std::to_string(address.port) + address.path +
                                   ": " + std::string(what)};
}

httplib::Request to_httplib(const Address& address, Request& request) {
    httplib::Request made;
    made.method = request.method;
    made.path = address.path;
    // An API server answers 406 to whoever takes JSON alone and asks for its key set, which is a JWK Set.
    made.set_header("Accept", "application/json, */*");
    // What is compressed could be larger than what was received.
    made.set_header("Accept-Encoding", "identity");
    if (!request.body.empty()) made.set_header("Content-Type", request.content_type);
    made.body = std::move(request.body);
    if (!request.bearer_token.empty()) {
        made.set_header("Authorization",
                        "Bearer " + std::string(base::as_text(request.bearer_token.expose())));
    }
    return made;
}

void set_up(httplib::SSLClient& client, const Peer& peer) {
    client.set_connection_timeout(peer.timeout);
    client.set_read_timeout(peer.silence_timeout);
    client.set_write_timeout(peer.silence_timeout);
    client.set_follow_location(false);
    client.set_url_encode(false);
    client.enable_server_certificate_verification(true);
    if (!peer.ca.empty()) client.set_ca_cert_path(peer.ca.string());
    SSL_CTX_set_min_proto_version(client.ssl_context(), TLS1_2_VERSION);
}

/// While this lives, writing to a connection that the other side has closed fails in this thread, and does not end the
/// process: OpenSSL writes without MSG_NOSIGNAL.
class BrokenPipesFail {
  public:
    BrokenPipesFail() {
        sigemptyset(&signal_);
        sigaddset(&signal_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &signal_, &before_);
    }
    ~BrokenPipesFail() {
        const timespec at_once{};
        if (sigismember(&before_, SIGPIPE) == 0) sigtimedwait(&signal_, nullptr, &at_once);
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    BrokenPipesFail(const BrokenPipesFail&) = delete;
    BrokenPipesFail& operator=(const BrokenPipesFail&) = delete;

  private:
    sigset_t signal_{};
    sigset_t before_{};
};

/// The socket of a request, to be shut down from another thread in every state that it has: while it connects as well,
/// when the library's own stop() would wait.
class Interruptible {
  public:
    /// A descriptor of our own, for the library may close its at any time.
    void use(int socket) {
        const std::lock_guard lock(mutex_);
        socket_.emplace(fcntl(socket, F_DUPFD_CLOEXEC, 0));
        // A host may have several addresses, of which the next one is tried.
        if (interrupted_) (void)shutdown(socket_->number(), SHUT_RDWR);
    }
    void interrupt() {
        const std::lock_guard lock(mutex_);
        interrupted_ = true;
        if (socket_) (void)shutdown(socket_->number(), SHUT_RDWR);
    }

  private:
    std::mutex mutex_;
    std::optional<base::Descriptor> socket_;
    bool interrupted_ = false;
};

/// Interrupts when the time is over, unless this ends before. Each of the library's own limits begins again with each
/// byte that comes.
class Deadline {
  public:
    Deadline(Interruptible& connection, std::chrono::milliseconds time)
        : time_(time), thread_([this, &connection](const std::stop_token& ended) {
              base::name_thread("https-deadline");
              if (is_over(ended)) connection.interrupt();
          }) {}

    void begin_again() {
        const std::lock_guard lock(mutex_);
        end_ = Clock::now() + time_;
    }
    [[nodiscard]] bool over() {
        const std::lock_guard lock(mutex_);
        return Clock::now() >= end_;
    }

  private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] bool is_over(const std::stop_token& ended) {
        std::unique_lock lock(mutex_);
        while (!ended.stop_requested() && Clock::now() < end_) {
            const Clock::time_point end = end_;
            waiting_.wait_until(lock, ended, end, [] { return false; });
        }
        return !ended.stop_requested();
    }

    const std::chrono::milliseconds time_;
    std::mutex mutex_;  ///< guards the end
    Clock::time_point end_ = Clock::now() + time_;
    std::condition_variable_any waiting_;
    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace

base::Result<Address> Address::parse(const std::string& url) {
    constexpr std::string_view scheme = "https://";
    if (!url.starts_with(scheme) || !printable(url)) return not_https(url);
    const std::string_view rest = std::string_view(url).substr(scheme.size());
    const std::size_t slash = rest.find('/');
    Address address;
    address.path = slash == std::string_view::npos ? "/" : rest.substr(slash);
    const std::string_view host = rest.substr(0, slash);
    if (host.find_first_of("@?#") != std::string_view::npos || !read_host(host, address))
        return not_https(url);
    return address;
}

base::Result<int> send(const Peer& peer, Request request, std::stop_token stop) {
    const auto address = Address::parse(request.url);
    if (!address) return address.error();
    const BrokenPipesFail broken_pipes_fail;
    httplib::SSLClient client(address->host, address->port, peer.certificate.string(), peer.key.string());
    if (!client.is_valid()) return unreachable(*address, "the client certificate or its key cannot be used");
    set_up(client, peer);
    Interruptible connection;
    client.set_socket_options([&](socket_t socket) { connection.use(socket); });
    Deadline deadline(connection, peer.whole);
    const auto addresses = base::look_up_host(address->host, std::min(peer.timeout, peer.whole));
    if (!addresses) return unreachable(*address, addresses.error().code.message());
    httplib::Request made = to_httplib(*address, request);
    int status = 0;
    bool enough = false;
    // A stop before the connection is up finds nothing to shut down, so it is looked for once it is.
    made.response_handler = [&](const httplib::Response& response) {
        status = response.status;
        return !stop.stop_requested();
    };
    made.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
        const Then then = request.on_piece(status, {data, size});
        if (then == Then::begin_again) deadline.begin_again();
        enough = then == Then::stop;
        return !enough;
    };
    const std::stop_callback interrupt(stop, [&] { connection.interrupt(); });
    httplib::Error error = httplib::Error::Success;
    const auto over = [&] { return enough || stop.stop_requested() || deadline.over(); };
    bool answered = false;
    for (const std::string& number : *addresses) {
        if (over()) break;
        client.set_hostname_addr_map({{address->host, number}});
        httplib::Response response;
        answered = client.send(made, response, error);
        if (answered || !not_connected(error)) break;
    }
    if (answered || enough || stop.stop_requested()) return status;
    return unreachable(*address, deadline.over() ? "no whole answer in time" : in_words(error));
}

base::Result<Answer> ask(const Peer& peer, Request request, std::size_t max_bytes, std::stop_token stop) {
    BoundedBody body(max_bytes);
    request.on_piece = [&](int, std::string_view piece) { return body.take(piece); };
    const std::string url = request.url;
    const auto status = send(peer, std::move(request), stop);
    if (!status) return status.error();
    if (body.too_large()) return base::Error{Errc::too_large, url};
    if (stop.stop_requested()) return base::Error{Errc::unreachable, url + ": not asked to its end"};
    return Answer{.status = *status, .body = std::move(body.text)};
}

}  // namespace natscreds::https
