#include <natscreds/bus/server_info.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <natscreds/base/descriptor.h>
#include <natscreds/base/host_lookup.h>

namespace natscreds::bus {
namespace {

using Json = nlohmann::json;
using Steady = std::chrono::steady_clock;

constexpr std::size_t max_info_bytes = 65'536;
constexpr std::string_view beginning = "INFO ";

std::string text_in(const Json& fields, const char* name) {
    const auto found = fields.find(name);
    return found != fields.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Waits for an event of poll(2). Returns whether it came in time.
bool wait(const base::Descriptor& socket, short event, Steady::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now());
    pollfd waiting{socket.number(), event, 0};
    return left.count() > 0 && poll(&waiting, 1, static_cast<int>(left.count())) > 0;
}

/// "nats://host:4222" and "tls://[::1]:4222", as the client library writes them.
std::string port_in(const std::string& url) {
    const std::size_t colon = url.rfind(':');
    const bool given =
        colon != std::string::npos && url.back() != ']' && !url.substr(colon).starts_with("://");
    return given ? url.substr(colon + 1) : "4222";
}

std::optional<base::Descriptor> connect_to(const addrinfo& address, Steady::time_point deadline) {
    base::Descriptor made(socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!made.open()) return std::nullopt;
    const int connected = connect(made.number(), address.ai_addr, address.ai_addrlen);
    if (connected != 0 && (errno != EINPROGRESS || !wait(made, POLLOUT, deadline))) return std::nullopt;
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(made.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
        return std::nullopt;
    return made;
}

base::Result<ServerInfo> read_line(const base::Descriptor& from, Steady::time_point deadline) {
    std::string line;
    std::array<char, 4096> bytes{};
    while (line.find('\n') == std::string::npos && line.size() < max_info_bytes) {
        if (!wait(from, POLLIN, deadline)) return base::Error{Errc::timeout, "a server's INFO"};
        const ssize_t count = recv(from.number(), bytes.data(), bytes.size(), 0);
        if (count <= 0) return base::Error{Errc::failed, "the server hung up before its INFO"};
        line.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return parse_server_info(line.substr(0, line.find('\n')));
}

}  // namespace

base::Result<ServerInfo> parse_server_info(std::string_view line) {
    if (!line.starts_with(beginning)) return base::Error{Errc::failed, "not a server's INFO"};
    const Json fields = Json::parse(line.substr(beginning.size()), nullptr, false);
    if (!fields.is_object()) return base::Error{Errc::failed, "a server's INFO that is not a JSON object"};
    const auto tls = fields.find("tls_required");
    return ServerInfo{.id = text_in(fields, "server_id"),
                      .name = text_in(fields, "server_name"),
                      .cluster = text_in(fields, "cluster"),
                      .version = text_in(fields, "version"),
                      .tls_required = tls != fields.end() && *tls == true};
}

base::Result<ServerInfo> read_server_info(const std::string& url, Timeout timeout) {
    const auto deadline = Steady::now() + timeout;
    const auto numbers = base::look_up_host(base::host_in(url), timeout);
    if (!numbers) return base::Error{Errc::cannot_connect, numbers.error().message()};
    for (const std::string& number : *numbers) {
        const auto address = base::socket_address(number, port_in(url));
        if (!address) continue;
        if (const std::optional<base::Descriptor> connected = connect_to(**address, deadline))
            return read_line(*connected, deadline);
    }
    return base::Error{Errc::cannot_connect, url};
}

}  // namespace natscreds::bus
