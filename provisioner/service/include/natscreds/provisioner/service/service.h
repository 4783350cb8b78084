#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/connection_options.h>
#include <natscreds/provisioner/core/policy.h>
#include <natscreds/provisioner/service/configuration.h>
#include <natscreds/provisioner/service/ledger.h>
#include <natscreds/provisioner/service/run.h>
#include <natscreds/provisioner/service/startup.h>

namespace natscreds::provisioner {

class Log;

/// The running service: connected, subscribed, and answering.
///
/// Holds:   once started, every request with a usable reply subject has exactly one reply. It stops answering
///          when it ends; what is under way is answered first if drain() was called.
/// Fails:   start: what its parts say: bus::Errc (permission_denied when its credentials do not allow it to
///          listen), the ledger's and the audit file's errors, the HTTP server's. A shared ledger that cannot be
///          reached yet is waited for, half a minute.
/// Thread:  one at a time.
class Service {
  public:
    struct Parts {
        const World& world;
        const Log& log;
        const Configuration& configuration;
        Policy policy;
        bus::ConnectionOptions connection;  ///< not used where no requests are answered
        std::optional<CalloutSetup> callout = {};
        /// Waits for so long; false when the service is to end instead.
        std::function<bool(std::chrono::milliseconds)> wait;
    };
    [[nodiscard]] static base::Result<std::unique_ptr<Service>> start(Parts parts);
    ~Service();

    /// Goes over to another policy, and to other credentials of its own where there are some.
    /// Fails: as bus::Connection::switch_to; the old ones then stay in force.
    [[nodiscard]] base::Status reload(Policy policy, std::optional<jwt::Credentials> credentials);

    /// Whether requests would be answered: each part is tried.
    [[nodiscard]] base::Status ready();

    /// Answers what has arrived, sends what waits, and ends the connection.
    [[nodiscard]] base::Status drain();

  private:
    class State;
    explicit Service(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// The ledger that a configuration asks for. `connection` is used by a shared one only, and must outlive it.
[[nodiscard]] base::Result<std::unique_ptr<Ledger>> open_ledger(const Configuration& configuration,
                                                                bus::Connection* connection,
                                                                const base::Clock& clock);

}  // namespace natscreds::provisioner
