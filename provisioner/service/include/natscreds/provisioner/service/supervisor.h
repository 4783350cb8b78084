#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/bus/settings.h>

namespace natscreds::provisioner {

/// Whoever started the service and wants to know how it is: systemd, through the socket that NOTIFY_SOCKET
/// names. Without that, nothing happens.
/// Source: sd_notify(3).
class Supervisor {
  public:
    explicit Supervisor(const bus::Environment& environment);

    /// The start goes on, for half a minute more at least.
    void starting() const { tell("EXTEND_TIMEOUT_USEC=30000000"); }
    void ready() const { tell("READY=1"); }
    void reloading() const;
    void stopping() const { tell("STOPPING=1"); }
    void alive() const { tell("WATCHDOG=1"); }

    /// How often it wants to hear alive(); twice as often as it would grow uneasy.
    [[nodiscard]] std::optional<std::chrono::milliseconds> interval() const noexcept { return interval_; }

  private:
    void tell(std::string_view state) const;

    std::string socket_;
    std::optional<std::chrono::milliseconds> interval_;
};

}  // namespace natscreds::provisioner
