#pragma once

#include <functional>
#include <string>

#include <natscreds/base/process.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection_options.h>
#include <natscreds/provisioner/observation/log.h>
#include <natscreds/provisioner/service/supervisor.h>

namespace natscreds::provisioner {

/// Waits while no NATS server is there, before the service starts: for the network of a machine that boots, or for
/// servers that start beside it.
///
/// Holds:   it says once that it waits. Meanwhile /healthz is 200 and /readyz 503 where HTTP is wanted, systemd is told
///          that the start takes longer, and a signal to end ends the process at once, with 0. That a server is there and
///          refuses, or that TLS cannot be agreed, is nothing to wait for: the start then says it.
class ServerWait {
  public:
    struct Parts {
        const Log& log;
        const base::SignalWait& signals;
        const Supervisor& supervisor;
        base::Random& random;
        /// How to connect, as it is at that moment.
        std::function<base::Result<bus::ConnectionOptions>()> options;
        std::string http;  ///< HOST:PORT; empty: none
    };
    explicit ServerWait(Parts parts) : parts_(std::move(parts)) {}

    enum class Waited { not_at_all, some_time };
    /// Fails: as HttpServer::start.
    [[nodiscard]] base::Result<Waited> run() const;

  private:
    void look_for_signal(int news) const;

    Parts parts_;
};

}  // namespace natscreds::provisioner
