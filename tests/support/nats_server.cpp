#include <support/nats_server.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <ostream>
#include <stdexcept>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <support/loopback.h>
#include <support/occurrences.h>

namespace natscreds::support {
namespace {

/// "2.10.27" as {2, 10, 27}, so that 2.9 comes before 2.10.
std::vector<int> numbers_of(std::string_view version) {
    std::vector<int> numbers;
    const char* const end = version.data() + version.size();
    for (const char* at = version.data(); at < end; ++at) {
        int number = 0;
        const auto [stopped, error] = std::from_chars(at, end, number);
        if (error != std::errc{}) break;
        numbers.push_back(number);
        at = stopped;
    }
    return numbers;
}

bool older(const ServerBinary& left, const ServerBinary& right) {
    return numbers_of(left.version) < numbers_of(right.version);
}

std::filesystem::path servers_folder() {
    const char* const named = std::getenv("NATSCREDS_NATS_SERVERS");
    return named != nullptr ? named : NATSCREDS_NATS_SERVERS_DIR;
}

std::vector<std::string> command_line(const ServerBinary& binary, const ServerSetup& setup) {
    std::vector<std::string> argv{binary.path.string(), "-p", "-1", "-a", "127.0.0.1"};
    argv.insert(argv.end(), setup.arguments.begin(), setup.arguments.end());
    return argv;
}

/// The server writes its ports file in one go, but not in one step: what does not parse yet will.
std::string url_in(const std::filesystem::path& ports_file) {
    if (!std::filesystem::exists(ports_file)) return {};
    const auto ports = nlohmann::json::parse(read_text(ports_file), nullptr, false);
    if (ports.is_discarded() || !ports.contains("nats")) return {};
    return ports["nats"].at(0).get<std::string>();
}

/// A server greets a client with INFO as soon as it serves.
bool greets(std::string_view url) {
    const std::string_view port = url.substr(url.rfind(':') + 1);
    const sockaddr_in address = loopback(std::stoi(std::string(port)));
    const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval second{.tv_sec = 1, .tv_usec = 0};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    char greeting[5] = {};
    const bool connected =
        connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const ssize_t got = connected ? recv(connection, greeting, sizeof greeting, MSG_WAITALL) : 0;
    close(connection);
    return std::string_view(greeting, static_cast<std::size_t>(std::max<ssize_t>(got, 0))) == "INFO ";
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ServerBinary& binary) {
    return out << "nats-server " << binary.version;
}

std::vector<ServerBinary> nats_servers() {
    const std::filesystem::path folder = servers_folder();
    std::vector<ServerBinary> servers;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
        const std::filesystem::path binary = entry.path() / "nats-server";
        if (std::filesystem::exists(binary)) servers.push_back({entry.path().filename().string(), binary});
    }
    if (servers.empty())
        throw std::runtime_error("no nats-server below " + folder.string() + ": run scripts/setup");
    std::ranges::sort(servers, older);
    return servers;
}

ServerBinary nats_server_of(const std::string& version) {
    for (ServerBinary& binary : nats_servers()) {
        if (binary.version == version) return std::move(binary);
    }
    throw std::runtime_error("no nats-server " + version + ": run scripts/setup");
}

NatsServer::NatsServer(const ServerBinary& binary, const ServerSetup& setup)
    : config_file_(setup.config_file) {
    std::vector<std::string> argv = command_line(binary, setup);
    if (!setup.config.empty()) config_file_ = folder_.write("server.conf", setup.config);
    if (!config_file_.empty()) argv.insert(argv.end(), {"-c", config_file_.string()});
    argv.insert(argv.end(), {"--ports_file_dir", folder_.path().string()});
    process_ = std::make_unique<Process>(Command{.argv = argv, .folder = folder_.path()});
    const auto ports_file = folder_ / ("nats-server_" + std::to_string(process_->pid()) + ".ports");
    const auto ready_or_ended = [&] {
        if (url_.empty()) url_ = url_in(ports_file);
        return !process_->running() || (!url_.empty() && greets(url_));
    };
    const bool in_time = eventually(ready_or_ended);
    if (in_time && process_->running()) return;
    throw std::runtime_error("nats-server " + binary.version + " does not serve:\n" + log());
}

void NatsServer::reload() {
    constexpr std::string_view done = "Reloaded server configuration";
    const std::size_t before = count(log(), done);
    process_->signal(SIGHUP);
    if (eventually([&] { return count(log(), done) > before; })) return;
    throw std::runtime_error("nats-server does not take its new configuration:\n" + log());
}

void NatsServer::stop() {
    process_->stop();
}

}  // namespace natscreds::support
