#pragma once

#include <string>

#include <natscreds/base/result.h>

namespace natscreds::provisioner::identity {

/// Reads documents over HTTPS. Thread: any.
class Web {
  public:
    virtual ~Web() = default;

    /// The body of a successful answer.
    /// Fails: Errc::unreachable (no answer in time, no trust in its certificate, another status), too_large.
    [[nodiscard]] virtual base::Result<std::string> read(const std::string& url) const = 0;

    /// Whoever reads now, or later, is told that there is no answer.
    virtual void stop() noexcept {}
};

}  // namespace natscreds::provisioner::identity
