#pragma once

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/connection.h>
#include <support/certificates.h>
#include <support/nats_server.h>
#include <support/programs.h>

namespace natscreds::test {

/// The text with every `from` in it replaced.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

/// A file of conf/ as a server of a test can have it: on free ports, with the test's certificates.
inline std::string on_free_ports(const std::string& file, const support::Certificates& certificates) {
    std::string text = support::read_text(support::source_root() + "/conf/" + file);
    for (const char* port : {"4222", "4322", "6222", "7422", "8222"})
        text = replaced(text, std::string("\"127.0.0.1:") + port + '"', "\"127.0.0.1:-1\"");
    return replaced(text, "\"tls/", '"' + (certificates.folder() / "tls/").string());
}

/// The port that a server says it listens on for such connections ("route connections", "https monitor").
inline std::string port_for(const support::NatsServer& server, const std::string& what) {
    const std::string log = server.log();
    const std::string before = what + " on ";
    const std::size_t line = log.find(before);
    REQUIRE(line != std::string::npos);
    const std::size_t colon = log.find(':', line + before.size());
    return log.substr(colon + 1, log.find_first_not_of("0123456789", colon + 1) - colon - 1);
}

/// "" for who may do so, otherwise what one is told.
inline std::string refusal_to_connect(bus::ConnectionOptions options) {
    const auto connection = bus::Connection::open(std::move(options));
    return connection ? "" : connection.error().message();
}
inline std::string refusal_to_publish(bus::Connection& connection, const std::string& subject) {
    REQUIRE(connection.publish(subject, ""));
    const base::Status flushed = connection.flush(support::default_timeout);
    return flushed ? "" : flushed.error().message();
}
inline std::string refusal_to_listen(bus::Connection& connection, const std::string& subject) {
    const auto listening = connection.listen(
        {subject, ""}, [](const bus::Message&) {}, support::default_timeout);
    return listening ? "" : listening.error().message();
}

inline bus::Connection connected(bus::ConnectionOptions options, bus::ConnectionEvents events = {}) {
    auto connection = bus::Connection::open(std::move(options), std::move(events));
    if (!connection) FAIL(connection.error().message());
    return *std::move(connection);
}

}  // namespace natscreds::test
