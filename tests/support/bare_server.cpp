#include <support/bare_server.h>

#include <array>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <support/loopback.h>

namespace natscreds::support {

struct BareServer::State {
    explicit State(const std::string& more_fields) : wake(eventfd(0, EFD_CLOEXEC)) {
        listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        // So that another may listen on the port afterwards.
        const int yes = 1;
        (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        if (bind(listener, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
            listen(listener, 16) != 0 ||
            getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("no socket to listen on");
        port = ntohs(address.sin_port);
        info = R"(INFO {"server_id":"BARE","version":"2.10.0","proto":1,"max_payload":1048576)";
        if (!more_fields.empty()) info += "," + more_fields;
        info += "}\r\n";
        thread = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }

    ~State() {
        thread.request_stop();
        const std::uint64_t one = 1;
        if (write(wake, &one, sizeof one) != sizeof one) std::abort();
        thread.join();
        for (const auto& [client, guest] : clients)
            close(client);
        close(listener);
        close(wake);
    }

    void serve(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::vector<pollfd> waiting{{wake, POLLIN, 0}, {listener, POLLIN, 0}};
            for (const int client : guests())
                waiting.push_back({client, POLLIN, 0});
            poll(waiting.data(), waiting.size(), -1);
            if (waiting[1].revents != 0) welcome();
            for (std::size_t i = 2; i < waiting.size(); ++i) {
                if (waiting[i].revents != 0) listen_to(waiting[i].fd);
            }
        }
    }

    void welcome() {
        const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        const std::lock_guard lock(mutex);
        clients[client];
        newest = client;
        say(client, info);
    }

    void listen_to(int client) {
        std::array<char, 4096> bytes{};
        const ssize_t count = recv(client, bytes.data(), bytes.size(), 0);
        const std::lock_guard lock(mutex);
        if (count <= 0) {
            close(client);
            clients.erase(client);
            ++visits;
            return;
        }
        const std::string text(bytes.data(), static_cast<std::size_t>(count));
        received += text;
        std::string& line = clients[client].line;
        line += text;
        for (std::size_t end = line.find('\n'); end != std::string::npos; end = line.find('\n')) {
            answer(client, line.substr(0, end));
            line.erase(0, end + 1);
        }
    }

    void answer(int client, const std::string& line) {
        Guest& guest = clients[client];
        if (line.starts_with("SUB")) say(client, greeting);
        if (!line.starts_with("PING")) return;
        if (!silent || guest.pings == 0) say(client, "PONG\r\n");
        ++guest.pings;
    }

    static void say(int client, const std::string& text) {
        if (!text.empty()) (void)send(client, text.data(), text.size(), MSG_NOSIGNAL);
    }

    [[nodiscard]] std::vector<int> guests() const {
        const std::lock_guard lock(mutex);
        std::vector<int> all;
        for (const auto& [client, guest] : clients)
            all.push_back(client);
        return all;
    }

    struct Guest {
        std::string line;  ///< that it has begun
        int pings = 0;
    };

    const int wake;
    int listener = -1;
    int port = 0;
    mutable std::mutex mutex;  ///< guards what follows
    std::string info;
    std::map<int, Guest> clients;
    int newest = -1;
    std::string greeting;
    std::string received;
    int visits = 0;
    bool silent = false;
    std::jthread thread;
};

BareServer::BareServer(const std::string& more_fields) : state_(std::make_unique<State>(more_fields)) {}
BareServer::~BareServer() = default;

std::string BareServer::address() const {
    return "127.0.0.1:" + std::to_string(state_->port);
}

std::string BareServer::received() const {
    const std::lock_guard lock(state_->mutex);
    return state_->received;
}

int BareServer::visits() const {
    const std::lock_guard lock(state_->mutex);
    return state_->visits;
}

std::size_t BareServer::guests() const {
    return state_->guests().size();
}

void BareServer::say_to_all(const std::string& text) {
    const std::lock_guard lock(state_->mutex);
    for (const auto& [client, guest] : state_->clients)
        State::say(client, text);
}

void BareServer::say_to_newest(const std::string& text) {
    const std::lock_guard lock(state_->mutex);
    State::say(state_->newest, text);
}

void BareServer::greet_subscribers_with(const std::string& text) {
    const std::lock_guard lock(state_->mutex);
    state_->greeting = text;
}

void BareServer::say_nothing_to_others() {
    const std::lock_guard lock(state_->mutex);
    state_->info.clear();
}

void BareServer::fall_silent() {
    const std::lock_guard lock(state_->mutex);
    state_->silent = true;
}

}  // namespace natscreds::support
