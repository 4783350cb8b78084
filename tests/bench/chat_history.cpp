// How soon the last screens of each channel are there, from a stream of many messages, and how long it takes to
// read all of a channel, as a search does: on each release of the server.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <natscreds/bus/connection.h>
#include <natscreds/bus/stored.h>
#include <natscreds/chat-client/net/history_walk.h>
#include <support/nats_server.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int posts = 200'000;
constexpr int busy_channels = 100;
constexpr bus::Timeout answer_timeout = 30s;

void demand(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "%s\n", what);
    std::exit(EXIT_FAILURE);
}

chat::StoredSource source_of(bus::Connection& connection, const std::string& subject) {
    return {.read =
                [&connection, subject](std::uint64_t from, std::size_t most) {
                    return bus::read_stored(
                        connection, {.stream = "CHAT", .subject = subject, .from = from, .most = most},
                        answer_timeout);
                },
            .last = [&connection,
                     subject] { return bus::last_stored(connection, "CHAT", subject, answer_timeout); }};
}

/// One in a thousand is said in a channel in which there is little else.
void fill(bus::Connection& connection) {
    const std::string body(500, 'x');
    for (int i = 0; i < posts; ++i) {
        const std::string channel = i % 1000 == 0 ? "quiet" : "busy" + std::to_string(i % busy_channels);
        demand(connection.publish("posts." + channel, body).has_value(), "publish");
        if (i % 500 == 0) demand(connection.flush(answer_timeout).has_value(), "flush");
    }
    demand(connection.flush(answer_timeout).has_value(), "flush");
}

Milliseconds newest(bus::Connection& connection, const std::string& channel) {
    const auto start = Clock::now();
    const auto page = chat::read_older(source_of(connection, "posts." + channel), {.most = 100});
    demand(page.has_value() && page->messages.size() == 100, "the newest hundred");
    return Clock::now() - start;
}

/// All of it, page by page.
Milliseconds all(bus::Connection& connection, const std::string& channel) {
    const auto start = Clock::now();
    chat::OlderQuery query{.before = {}, .most = 500};
    for (bool complete = false; !complete;) {
        const auto page = chat::read_older(source_of(connection, "posts." + channel), query);
        demand(page.has_value(), "a page");
        query.before = page->before;
        complete = page->complete;
    }
    return Clock::now() - start;
}

void measure(const support::ServerBinary& binary) {
    const support::TempDir folder;
    const support::NatsServer server(
        binary, {.config = "jetstream { store_dir: \"" + folder.path().string() + "\" }"});
    bus::ConnectionOptions options;
    options.servers = {server.url()};
    auto connection = bus::Connection::open(std::move(options));
    demand(connection.has_value(), "connect");
    demand(
        bus::make_stream(*connection, {.name = "CHAT", .subjects = {"posts.*"}}, answer_timeout).has_value(),
        "stream");
    fill(*connection);
    Milliseconds start{0};
    for (const char* channel : {"busy1", "busy2", "quiet"})
        start += newest(*connection, channel);
    std::printf(
        "%-8s %d messages: the newest 100 of two busy channels and a quiet one %.1f ms; all %d of a busy one "
        "%.0f ms\n",
        binary.version.c_str(), posts, start.count(), posts / busy_channels,
        all(*connection, "busy1").count());
}

}  // namespace

int main() {
    for (const support::ServerBinary& binary : support::nats_servers())
        measure(binary);
}
