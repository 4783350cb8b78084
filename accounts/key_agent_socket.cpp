#include <natscreds/accounts/key_agent_socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <variant>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace natscreds::accounts {
namespace {

/// Longer than a good neighbour takes for 62 bytes, so that a bad one holds up nobody for long.
constexpr timeval socket_limit{.tv_sec = 2, .tv_usec = 0};
/// How often the time is looked at, for a wait stands still while the machine sleeps.
constexpr std::chrono::seconds longest_wait{5};

base::Error system_error(int code, const std::filesystem::path& socket) {
    return {std::error_code(code, std::generic_category()), socket.string()};
}

base::Result<sockaddr_un> address_of(const std::filesystem::path& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = socket.string();
    if (text.size() >= sizeof(address.sun_path)) return system_error(ENAMETOOLONG, socket);
    std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

base::Descriptor new_socket() {
    return base::Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

bool limit_time(const base::Descriptor& socket) {
    const auto set = [&](int option) {
        return setsockopt(socket.number(), SOL_SOCKET, option, &socket_limit, sizeof(socket_limit)) == 0;
    };
    return set(SO_RCVTIMEO) && set(SO_SNDTIMEO);
}

/// Whether the other side runs as who we are.
bool is_ours(const base::Descriptor& socket) {
    ucred other{};
    socklen_t size = sizeof(other);
    if (getsockopt(socket.number(), SOL_SOCKET, SO_PEERCRED, &other, &size) != 0) return false;
    return other.uid == geteuid();
}

/// Why the other side is not heard or does not hear: it has ended, or it takes too long.
int reason(ssize_t moved) {
    if (moved == 0 || errno == EPIPE) return ECONNRESET;
    return errno == EAGAIN ? ETIMEDOUT : errno;
}

/// 0, or why not.
int send_all(const base::Descriptor& socket, const base::Secret& message) {
    base::ByteView rest = message.expose();
    while (!rest.empty()) {
        const ssize_t sent = ::send(socket.number(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return reason(sent);
        rest = rest.subspan(static_cast<std::size_t>(sent));
    }
    return 0;
}

/// So many bytes, or why not.
std::variant<base::Secret, int> receive_all(const base::Descriptor& socket, std::size_t size) {
    std::size_t got = 0;
    int failed = 0;
    base::Secret message = base::Secret::filled(size, [&](std::span<std::uint8_t> memory) {
        while (got < size && failed == 0) {
            const ssize_t received = ::recv(socket.number(), memory.data() + got, size - got, 0);
            if (received < 0 && errno == EINTR) continue;
            if (received <= 0) failed = reason(received);
            if (received > 0) got += static_cast<std::size_t>(received);
        }
    });
    if (failed != 0) return failed;
    return message;
}

base::Result<base::Descriptor> connect_to(const std::filesystem::path& path) {
    const auto address = address_of(path);
    if (!address) return address.error();
    base::Descriptor socket = new_socket();
    if (!socket.open() || !limit_time(socket)) return system_error(errno, path);
    if (connect(socket.number(), generic(*address), sizeof(*address)) != 0) return system_error(errno, path);
    if (!is_ours(socket)) return system_error(EPERM, path);
    return socket;
}

/// Creates the socket's file so that nobody else can connect, not even for a moment. umask(2) counts for the whole
/// process, which has one thread here.
bool bind_privately(const base::Descriptor& socket, const sockaddr_un& address) {
    const mode_t before = umask(0177);
    const bool bound = bind(socket.number(), generic(address), sizeof(address)) == 0;
    const int code = errno;
    umask(before);
    errno = code;
    return bound;
}

/// Whether what lies there is a socket that nobody listens at.
bool is_left_over(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::is_socket(path, ignored)) return false;
    const auto answering = connect_to(path);
    return !answering && answering.error().code == std::errc::connection_refused;
}

void answer_one(const base::Descriptor& listener, KeyAgent& agent) {
    const base::Descriptor asking(accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!asking.open() || !limit_time(asking) || !is_ours(asking)) return;
    const auto received = receive_all(asking, AgentRequest::size);
    const auto* const message = std::get_if<base::Secret>(&received);
    if (message == nullptr) return;
    const auto request = AgentRequest::parse(message->expose());
    if (request) (void)send_all(asking, agent.answer(*request).encode());
}

void remove_socket(const base::Descriptor& listener) {
    sockaddr_un address{};
    socklen_t size = sizeof(address);
    if (getsockname(listener.number(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
    if (address.sun_path[0] != '\0') ::unlink(address.sun_path);
}

}  // namespace

base::Result<std::optional<base::Descriptor>> listen_for_agent(const std::filesystem::path& path) {
    const auto address = address_of(path);
    if (!address) return address.error();
    base::Descriptor socket = new_socket();
    if (!socket.open()) return system_error(errno, path);
    bool bound = bind_privately(socket, *address);
    if (!bound && errno == EADDRINUSE) {
        if (!is_left_over(path)) return std::optional<base::Descriptor>();
        ::unlink(path.c_str());
        bound = bind_privately(socket, *address);
    }
    if (!bound || listen(socket.number(), 16) != 0) return system_error(errno, path);
    return std::optional(std::move(socket));
}

base::Result<AgentReply> ask_agent(const std::filesystem::path& path, const AgentRequest& request) {
    const auto socket = connect_to(path);
    if (!socket) return socket.error();
    if (const int failed = send_all(*socket, request.encode()); failed != 0)
        return system_error(failed, path);
    const auto received = receive_all(*socket, AgentReply::size);
    if (const int* const failed = std::get_if<int>(&received)) return system_error(*failed, path);
    auto reply = AgentReply::parse(std::get<base::Secret>(received).expose());
    if (!reply) return system_error(EPROTO, path);
    return *std::move(reply);
}

base::Status serve_agent(const base::Descriptor& listener, KeyAgent& agent, std::chrono::seconds patience) {
    std::chrono::seconds time_left = patience;
    bool had_key = false;
    while (time_left.count() > 0) {
        pollfd waiting{.fd = listener.number(), .events = POLLIN, .revents = 0};
        const std::chrono::seconds wait = std::min(time_left, longest_wait);
        const int ready = poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(wait).count()));
        if (ready < 0 && errno != EINTR) return system_error(errno, "");
        if (ready > 0) answer_one(listener, agent);
        const std::chrono::seconds kept = agent.left();
        had_key = had_key || kept.count() > 0;
        if (had_key)
            time_left = kept;
        else if (ready == 0)
            time_left -= wait;
    }
    remove_socket(listener);
    return {};
}

}  // namespace natscreds::accounts
