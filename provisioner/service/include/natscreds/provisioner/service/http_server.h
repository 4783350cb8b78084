#pragma once

#include <functional>
#include <memory>
#include <string>

#include <natscreds/base/result.h>

namespace natscreds::provisioner {

/// What is asked of the service over HTTP. Called on threads of the server.
struct HttpAnswers {
    std::function<std::string()> metrics;
    std::function<base::Status()> ready;
};

/// GET /metrics, /healthz (the process answers) and /readyz (requests would be answered; otherwise 503 and why).
///
/// Holds:   it listens when start() has returned, and no answer is asked for after the destructor.
/// Fails:   start: std::errc::invalid_argument for an address that is none; std::errc::address_in_use when it
///          cannot be listened on.
class HttpServer {
  public:
    /// `address` is HOST:PORT; a missing host is 127.0.0.1, port 0 any free one.
    [[nodiscard]] static base::Result<std::unique_ptr<HttpServer>> start(const std::string& address,
                                                                         HttpAnswers answers);
    virtual ~HttpServer() = default;

    /// HOST:PORT that it really listens on.
    [[nodiscard]] virtual const std::string& address() const noexcept = 0;
};

}  // namespace natscreds::provisioner
