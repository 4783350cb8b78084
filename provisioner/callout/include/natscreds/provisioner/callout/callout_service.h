#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/provisioner/callout/callout.h>
#include <natscreds/provisioner/callout/evictions.h>
#include <natscreds/provisioner/requests/reply_queue.h>

namespace natscreds::provisioner {

class Admitted;
class KnownServers;
class PasswordLane;

/// The callout on the wire: hears servers' questions in the callout's account, and with the system account's means
/// finds out which servers there are, and ends the connections of those who lost their rights.
///
/// Holds:   without a user of the system account all servers are believed to be ones, and connections go on until
///          they expire.
/// Fails:   start: as bus::Connection::open and listen.
/// Thread:  any, once started.
class CalloutService {
  public:
    struct Parts {
        bus::ConnectionOptions connection;             ///< a user of the callout's account
        std::optional<bus::ConnectionOptions> system;  ///< a user of the system account
        Callout::Parts callout;                        ///< known_server is set here
        Callout::Settings settings;
        std::string queue;
        std::size_t workers = 2;
        std::function<void(std::string)> tell;  ///< for the log
        /// Whether the NatsServiceRoles have been read. Not set: they have.
        std::function<bool()> roles_known = {};
    };
    [[nodiscard]] static base::Result<std::unique_ptr<CalloutService>> start(Parts parts);
    ~CalloutService();

    /// Answers questions from now on, for as long as the subscription lives. Where too many wait to be read, or their
    /// answers for the disk, they are refused as busy. Passwords are hashed by `passwords`; without it at once.
    [[nodiscard]] base::Result<bus::Subscription> listen(ReplyQueue& delivery,
                                                         PasswordLane* passwords = nullptr);

    /// Sends an answer; what it grants is remembered.
    [[nodiscard]] base::Status send(const std::string& reply, const Answer& answer);

    /// The ServiceAccounts of this name have other rights from now on, or none.
    void end_connections(const std::string& name);

    /// Ends the connections of those whose name was denied since; and, as soon as roles are known, of those under whose
    /// name nobody would be let in: rule or role may have gone while no copy was there. To be called several times a second.
    void tidy();

    /// Whether servers would be heard.
    [[nodiscard]] base::Status ready();
    [[nodiscard]] const std::atomic<bool>& connected() const noexcept { return connected_; }

    /// What is asked from now on is not decided on: another copy is to do it.
    void turn_away() noexcept { turning_away_ = true; }
    /// Ends both connections, each within `limit`.
    [[nodiscard]] base::Status drain(bus::Timeout limit);

  private:
    explicit CalloutService(Parts parts);
    [[nodiscard]] base::Status connect();
    [[nodiscard]] base::Status connect_system();
    [[nodiscard]] bus::ConnectionEvents events(const std::string& whose, std::atomic<bool>& connected);
    [[nodiscard]] bool known_server(const nkeys::PublicKey& server);
    [[nodiscard]] std::optional<bool> remembered(const nkeys::PublicKey& server);
    void end_left_behind();
    [[nodiscard]] std::optional<Answer> turned_away(const bus::Message& question,
                                                    std::size_t undelivered) const;

    Parts parts_;
    // Of a server that is being looked for nothing can be asked without waiting, so this is remembered.
    std::atomic<bool> connected_ = true;
    std::atomic<bool> system_connected_ = true;
    std::atomic<bool> turning_away_ = false;
    std::mutex mutex_;  ///< guards the next two
    std::unique_ptr<Admitted> admitted_;
    std::unique_ptr<KnownServers> servers_;
    std::size_t looked_ = 0;  ///< for those that may not stay; these two are tidy()'s
    std::chrono::steady_clock::time_point looked_at_{};
    std::optional<Callout> callout_;
    std::optional<bus::Connection> connection_;
    std::optional<bus::Connection> system_;
    std::optional<Evictions> evictions_;  ///< last: it uses the others
};

}  // namespace natscreds::provisioner
