#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>

namespace natscreds::provisioner {

/// A connection of a user, as a server lists it.
struct ListedConnection {
    std::uint64_t id = 0;
    std::string user;
    std::chrono::nanoseconds age{0};
};

/// A server's answer to the question for its connections.
struct ListedConnections {
    std::string server;
    std::vector<ListedConnection> connections;
};

/// Reads it. A connection whose age cannot be read is as old as can be.
/// Fails: std::errc::bad_message.
/// Source: nats-server monitor.go, Connz; seen with 2.10.27 and 2.15.1.
[[nodiscard]] base::Result<ListedConnections> parse_connections(std::string_view json);

/// Ends the connections of users whose rights are no longer what they were, on all servers of a system.
///
/// Holds:   a connection that began before end() was called is ended within seconds, and a later one, for which the
///          new rights were asked, is not. They are looked for at once, and again when whoever was let in at the last
///          moment must have come through. The client will try again, and what it is told then is others' business.
/// Fails:   start: as bus::Connection::listen.
/// Thread:  any.
/// Source:  nats-server events.go: CONNZ, and KICK from 2.10 on.
class Evictions {
  public:
    struct Parts {
        bus::Connection& system;  ///< a user of the system account
        std::string account;      ///< whose users they are: its key or, without an operator, its name
        std::function<void(std::string)> tell;
    };
    explicit Evictions(Parts parts) : parts_(std::move(parts)), inbox_(parts_.system.new_inbox()) {}

    [[nodiscard]] base::Status start();
    void end(const std::string& user);

    /// Looks again for whom it is time to. To be called several times a second.
    void look_again();

  private:
    using Clock = std::chrono::steady_clock;
    struct Change {
        Clock::time_point at;
        Clock::time_point asked;
        bool asked_again = false;
    };

    void ask(const std::string& user, Change& change);
    void end_those_of(const bus::Message& answer);
    [[nodiscard]] base::Status kick(const std::string& server, std::uint64_t connection);
    [[nodiscard]] bool outdated(const ListedConnection& connection);

    Parts parts_;
    std::string inbox_;
    std::mutex mutex_;
    std::map<std::string, Change> changes_;     ///< of the last seconds, by user
    std::optional<bus::Subscription> answers_;  ///< last: it uses all the others
};

}  // namespace natscreds::provisioner
