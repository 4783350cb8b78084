#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/connection_options.h>
#include <natscreds/provisioner/ledger/ledger.h>
#include <natscreds/provisioner/policy/policy.h>
#include <natscreds/provisioner/service/configuration.h>
#include <natscreds/provisioner/service/startup.h>
#include <natscreds/provisioner/service/world.h>

namespace natscreds::provisioner {

class Log;

/// The running service: connected, subscribed, and answering.
///
/// Holds:   once started, every request with a usable reply subject has exactly one reply. It stops answering
///          when it ends; what has arrived is answered first if drain() was called.
/// Fails:   start: what its parts say: bus::Errc (permission_denied when its credentials do not allow it to
///          listen), the ledger's and the audit file's errors, the HTTP server's. A shared ledger that cannot be
///          reached yet is waited for, half a minute.
/// Thread:  one at a time, but drain() also while reload() is under way.
class Service {
  public:
    struct Parts {
        const World& world;
        const Log& log;
        const Configuration& configuration;
        Policy policy;
        bus::ConnectionOptions connection;                  ///< not used where no requests are answered
        std::optional<bus::ConnectionOptions> system = {};  ///< as AccountFeed has it
        std::optional<CalloutSetup> callout = {};
        /// Waits for so long; false when the service is to end instead.
        std::function<bool(std::chrono::milliseconds)> wait;
    };
    [[nodiscard]] static base::Result<std::unique_ptr<Service>> start(Parts parts);
    ~Service();

    /// What a reload brings.
    struct Next {
        Policy policy;
        std::vector<std::filesystem::path> accounts;       ///< the files of the policy's accounts
        std::optional<jwt::Credentials> credentials = {};  ///< of its own; none: those in use stay
    };
    /// Goes over to it. Fails: as bus::Connection::switch_to; the old ones then stay in force.
    [[nodiscard]] base::Status reload(Next next);

    /// For the metrics: what became of a reload, which may have failed before reload() was called.
    void note_reload(const base::Status& taken);

    /// Whether requests would be answered, as it was found out last: does not wait. Thread: any.
    [[nodiscard]] base::Status ready() const;

    /// Ends in order, within some ten seconds: takes in nothing new, answers what has arrived (with `draining` what
    /// there is no time for), waits for the disk and sends, closes. The destructor waits for what did not end in time.
    /// Fails: bus::Errc::timeout; std::errc::timed_out for answers that the disk did not take.
    [[nodiscard]] base::Status drain();

  private:
    class State;
    explicit Service(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace natscreds::provisioner
