#include <natscreds/bus/server_info.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace natscreds::bus {
namespace {

using Json = nlohmann::json;
using Steady = std::chrono::steady_clock;
using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

constexpr std::size_t most_bytes = 65'536;
constexpr std::string_view beginning = "INFO ";

std::string text_in(const Json& fields, const char* name) {
    const auto found = fields.find(name);
    return found != fields.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A socket that is closed in any case.
class Socket {
  public:
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Socket& operator=(Socket&&) = delete;
    ~Socket() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    /// Waits for an event of poll(2). Returns whether it came in time.
    [[nodiscard]] bool wait(short event, Steady::time_point deadline) const {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now());
        pollfd waiting{descriptor_, event, 0};
        return left.count() > 0 && poll(&waiting, 1, static_cast<int>(left.count())) > 0;
    }

  private:
    int descriptor_;
};

/// "nats://host:4222" and "tls://[::1]:4222", as the client library writes them.
Addresses look_up(const std::string& url) {
    const std::size_t scheme = url.find("://");
    std::string host = scheme == std::string::npos ? url : url.substr(scheme + 3);
    if (const std::size_t user = host.rfind('@'); user != std::string::npos) host.erase(0, user + 1);
    std::string port = "4222";
    if (const std::size_t colon = host.rfind(':'); colon != std::string::npos && host.back() != ']') {
        port = host.substr(colon + 1);
        host.erase(colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0) found = nullptr;
    return {found, &freeaddrinfo};
}

std::optional<Socket> connect_to(const addrinfo& address, Steady::time_point deadline) {
    Socket made(socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (made.descriptor() < 0) return std::nullopt;
    const int connected = connect(made.descriptor(), address.ai_addr, address.ai_addrlen);
    if (connected != 0 && (errno != EINPROGRESS || !made.wait(POLLOUT, deadline))) return std::nullopt;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(made.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
        return std::nullopt;
    return made;
}

base::Result<ServerInfo> read_line(const Socket& from, Steady::time_point deadline) {
    std::string line;
    std::array<char, 4096> bytes{};
    while (line.find('\n') == std::string::npos && line.size() < most_bytes) {
        if (!from.wait(POLLIN, deadline)) return base::Error{Errc::timeout, "a server's INFO"};
        const ssize_t count = recv(from.descriptor(), bytes.data(), bytes.size(), 0);
        if (count <= 0) return base::Error{Errc::failed, "the server hung up before its INFO"};
        line.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return parse_server_info(line.substr(0, line.find('\n')));
}

}  // namespace

base::Result<ServerInfo> parse_server_info(std::string_view line) {
    if (!line.starts_with(beginning)) return base::Error{Errc::failed, "not a server's INFO"};
    const Json fields = Json::parse(line.substr(beginning.size()), nullptr, false);
    if (!fields.is_object()) return base::Error{Errc::failed, "a server's INFO that is no JSON object"};
    const auto tls = fields.find("tls_required");
    return ServerInfo{.id = text_in(fields, "server_id"),
                      .name = text_in(fields, "server_name"),
                      .cluster = text_in(fields, "cluster"),
                      .tls_required = tls != fields.end() && *tls == true};
}

base::Result<ServerInfo> read_server_info(const std::string& url, Timeout timeout) {
    const auto deadline = Steady::now() + timeout;
    const Addresses addresses = look_up(url);
    for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
        if (const std::optional<Socket> connected = connect_to(*address, deadline))
            return read_line(*connected, deadline);
    }
    return base::Error{Errc::cannot_connect, url};
}

}  // namespace natscreds::bus
