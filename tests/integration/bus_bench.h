#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <support/eventually.h>
#include <support/nats_server.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/bus/connection.h>

namespace natscreds::bus {

/// What the tests of connections share.

using support::default_timeout;

inline support::ServerBinary each_server() {
    return GENERATE(from_range(support::nats_servers()));
}

inline Connection connect(ConnectionOptions options, ConnectionEvents events = {}) {
    base::Result<Connection> connection = Connection::open(std::move(options), std::move(events));
    if (!connection) FAIL(connection.error().message());
    return *std::move(connection);
}

inline Message message_to(const std::string& subject, const std::string& body = "") {
    Message message;
    message.subject = subject;
    message.body = body;
    return message;
}

/// What handlers have seen, to be waited for.
template <class T>
class Seen {
  public:
    void add(T value) {
        const std::lock_guard lock(mutex_);
        values_.push_back(std::move(value));
        changed_.notify_all();
    }

    /// The first `count` values; fewer if they do not come.
    std::vector<T> wait_for(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, default_timeout, [&] { return values_.size() >= count; });
        return values_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<T> values_;
};

/// Events by name: "disconnected", "reconnected", "closed".
inline ConnectionEvents noted(Seen<std::string>& seen) {
    ConnectionEvents events;
    events.disconnected = [&seen] { seen.add("disconnected"); };
    events.reconnected = [&seen] { seen.add("reconnected"); };
    events.closed = [&seen] { seen.add("closed"); };
    return events;
}

}  // namespace natscreds::bus
