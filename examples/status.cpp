// Says each second how its connection is, on discovery.<id>.status, and prints what everybody says there.
//
//   status -s tls://127.0.0.1:4222 -cacert tls/ca.pem -cert tls/client.pem -key tls/client-key.pem
//
// It comes back whenever it is disconnected, to whichever server of the cluster is there.
#include <atomic>
#include <csignal>
#include <iostream>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <natscreds/base/ending.h>
#include <natscreds/base/json_writer.h>
#include <natscreds/bus/connection.h>

using namespace natscreds;

namespace {

struct Counts {
    std::atomic<int> in_msgs = 0;
    std::atomic<int> out_msgs = 0;
    std::atomic<int> reconnects = 0;
};

std::string status(const bus::Connection& connection, const Counts& counts) {
    base::JsonWriter json;
    json.begin_object();
    json.field("in_msgs", counts.in_msgs);
    json.field("out_msgs", counts.out_msgs);
    json.field("reconnects", counts.reconnects);
    const auto current = connection.connected_url();
    json.field("current_server", current ? *current : "");
    json.key("servers");
    json.begin_array();
    if (const auto servers = connection.known_servers()) {
        for (const std::string& server : *servers)
            json.string(server);
    }
    json.end_array();
    json.end_object();
    return json.take();
}

void say_each_second(const std::stop_token& stop, bus::Connection& connection, Counts& counts) {
    // The reply inbox's last part is nobody else's.
    const std::string inbox = connection.new_inbox();
    const std::string subject = "discovery." + inbox.substr(inbox.rfind('.') + 1) + ".status";
    while (!stop.stop_requested()) {
        if (connection.publish(subject, status(connection, counts))) ++counts.out_msgs;
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
}

/// The server's URL and three files, in any order; nothing if one is missing.
std::optional<bus::ConnectionOptions> read_flags(const std::vector<std::string>& words) {
    std::map<std::string, std::string> given;
    for (std::size_t at = 0; at + 1 < words.size(); at += 2)
        given[words[at]] = words[at + 1];
    if (words.size() != 8 || !given.contains("-s") || !given.contains("-cacert") ||
        !given.contains("-cert") || !given.contains("-key"))
        return std::nullopt;
    bus::ConnectionOptions options;
    options.servers = {given["-s"]};
    options.tls_ca = given["-cacert"];
    options.tls_cert = given["-cert"];
    options.tls_key = given["-key"];
    return options;
}

}  // namespace

int main(int argc, char** argv) {
    auto options = read_flags({argv + 1, argv + argc});
    if (!options) {
        std::cerr << "usage: status -s SERVER[,SERVER...] -cacert FILE -cert FILE -key FILE\n";
        return 2;
    }
    base::Ending ending({SIGTERM, SIGINT});
    Counts counts;
    bus::ConnectionEvents events;
    events.reconnected = [&] { ++counts.reconnects; };
    auto connection = bus::Connection::open(std::move(*options), std::move(events));
    if (!connection) {
        std::cerr << "status: " << connection.error().message() << '\n';
        return 1;
    }
    const auto listening = connection->listen(
        {"discovery.*.status", ""},
        [&](const bus::Message& message) {
            ++counts.in_msgs;
            std::cout << message.subject << ' ' << message.body << std::endl;
        },
        std::chrono::seconds(5));
    if (!listening) {
        std::cerr << "status: " << listening.error().message() << '\n';
        return 1;
    }
    std::jthread saying([&](const std::stop_token& stop) { say_each_second(stop, *connection, counts); });
    return ending.wait() ? 0 : 1;
}
