#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
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
    std::string issuer_key = {};  ///< who signed its JWT, a callout's too; empty: it has none
    std::chrono::nanoseconds age{0};

    /// Servers call such a one by its name, and users of JWTs by their keys.
    [[nodiscard]] bool let_in_by_callout() const;
};

/// A server's answer to the question for its connections.
struct ListedConnections {
    std::string server;  ///< its id
    std::string shown;   ///< the server as people know it: "n1 (2.9.10)"
    bool ends = true;    ///< whether it ends connections at all, as those from 2.10 on do
    std::vector<ListedConnection> connections;
    std::size_t offset = 0;  ///< of the first of them, among all
    bool full = false;       ///< there are as many as were asked for: more may follow
};

/// Reads it. A connection whose age cannot be read is as old as can be.
/// Fails: std::errc::bad_message.
/// Source: nats-server monitor.go, Connz; seen with 2.10.27 and 2.15.1.
[[nodiscard]] base::Result<ListedConnections> parse_connections(std::string_view json);

/// Whose rights have changed of late, and when.
///
/// Holds:   at most `most` users; the one whose change is the oldest makes room. Each stays for long enough to be looked
///          for twice, unless thousands change a second: more than an API server writes.
/// Thread:  one at a time.
class RightsChanges {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t most = 16'384;

    struct Change {
        Clock::time_point at;
        Clock::time_point asked;
        bool asked_again = false;
        std::size_t pages = 0;  ///< that were asked for beyond the first
    };
    Change& put(const std::string& user, Clock::time_point now);
    [[nodiscard]] Change* find(const std::string& user);
    void forget_before(Clock::time_point time);
    [[nodiscard]] std::map<std::string, Change>& all() noexcept { return by_user_; }

  private:
    std::map<std::string, Change> by_user_;
};

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
        std::string account;  ///< whose users they are: its key or, without an operator, its name; empty: any
        std::function<void(std::string)> tell;
        std::size_t page_size = 1024;  ///< so many connections a server lists at once
    };
    explicit Evictions(Parts parts)
        : parts_(std::move(parts)),
          inbox_(parts_.system.new_inbox()),
          inbox_of_all_(parts_.system.new_inbox()) {}

    [[nodiscard]] base::Status start();
    void end(const std::string& user);

    /// Ends the connections of those whom a callout has let in, whoever answered it, and whose name may not stay. Asks all
    /// servers once. Users whom servers call by their keys stay, and those that stand in a server's configuration.
    /// `may_stay` is called on a thread of the connection's. Fails: as bus::Connection::publish.
    using MayStay = std::function<bool(const ListedConnection& connection)>;
    [[nodiscard]] base::Status end_unless(MayStay may_stay);

    /// Looks again for whom it is time to. To be called several times a second.
    void look_again();

  private:
    using Clock = RightsChanges::Clock;
    using Change = RightsChanges::Change;
    struct Page {
        std::string server;  ///< empty: all servers
        std::size_t offset = 0;
    };

    void ask(const std::string& user, Change& change);
    [[nodiscard]] base::Status ask_servers(const std::string& inbox, const std::string& user,
                                           const Page& page);
    void ask_page(const std::string& user, const Page& page);
    void ask_on(const ListedConnections& listed, std::size_t kept);
    void end_those_of(const bus::Message& answer);
    void end_those_that_may_not_stay(const bus::Message& answer);
    [[nodiscard]] bool end_one(const ListedConnections& listed, const ListedConnection& connection);
    [[nodiscard]] base::Status kick(const std::string& server, std::uint64_t connection);
    void tell_unable();
    [[nodiscard]] bool outdated(const ListedConnection& connection);

    Parts parts_;
    std::string inbox_;
    std::string inbox_of_all_;
    std::mutex mutex_;
    RightsChanges changes_;  ///< of the last seconds
    bool told_unable_ = false;
    std::shared_ptr<const MayStay> may_stay_;
    std::size_t pages_of_all_ = 0;
    std::optional<bus::Subscription> answers_;  ///< these two last: they use all the others
    std::optional<bus::Subscription> answers_of_all_;
};

}  // namespace natscreds::provisioner
