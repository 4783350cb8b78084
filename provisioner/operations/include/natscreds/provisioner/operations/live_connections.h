#pragma once

#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>

namespace natscreds::provisioner {

/// The servers of a system, which a user of the system account may ask.
class Servers {
  public:
    virtual ~Servers() = default;

    struct Question {
        std::string subject;
        std::string body;
    };
    struct Answer {
        std::size_t question;
        std::string body;  ///< empty: there is nobody who could answer it
    };
    enum class From { one_each, all };
    /// The answers in the order in which they came: one to each question, or those of all servers, which are not counted:
    /// until there were no more for a while. Fails: as bus::Connection.
    [[nodiscard]] virtual base::Result<std::vector<Answer>> ask(const std::vector<Question>& questions,
                                                                From from) = 0;
};

/// Those that a connection leads to, which must outlive this.
class SystemServers final : public Servers {
  public:
    explicit SystemServers(bus::Connection& system) : system_(system) {}
    [[nodiscard]] base::Result<std::vector<Answer>> ask(const std::vector<Question>& questions,
                                                        From from) override;

  private:
    bus::Connection& system_;
};

/// What became of connections.
struct EndedConnections {
    std::size_t ended = 0;
    std::size_t going_on = 0;  ///< that a server does not end
    /// Servers that end nobody's, as those before 2.10: "n1 (2.9.10)". Whether it is anybody's is not known there.
    std::set<std::string> unable = {};
};

/// Ends the connections of users, whatever account they are of, on all servers.
///
/// Holds:   each user's are found however many a server has: it lists so many at once and is asked on.
/// Fails:   as Servers; bus::Errc::no_responders where no server answers such a question of this user's.
/// Source:  nats-server events.go: CONNZ, and KICK from 2.10 on.
[[nodiscard]] base::Result<EndedConnections> end_connections(Servers& servers,
                                                             const std::set<std::string>& users,
                                                             std::size_t page_size = 1024);

}  // namespace natscreds::provisioner
