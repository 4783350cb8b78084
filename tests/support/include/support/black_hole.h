#pragma once

#include <string>
#include <vector>

#include <natscreds/base/descriptor.h>

namespace natscreds::support {

/// What becomes of whoever connects to a BlackHole.
enum class Hole {
    takes_no_connection,  ///< connecting goes on for minutes, as where a firewall drops what is sent
    says_nothing,         ///< connected at once, and never answered
};

/// A port of 127.0.0.1 where nobody answers, and nothing says so. Fails: throws, which fails the test.
class BlackHole {
  public:
    /// Port 0: any free one.
    explicit BlackHole(Hole hole, int port = 0);

    /// "127.0.0.1:PORT"
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

    /// Whether somebody tries to connect at the moment, or is connected.
    [[nodiscard]] bool has_guest() const;

  private:
    base::Descriptor listener_;
    int port_ = 0;
    std::vector<base::Descriptor> fillers_;  ///< while they wait to be accepted, no other is
};

}  // namespace natscreds::support
