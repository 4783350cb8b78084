#pragma once

#include <functional>
#include <memory>
#include <string>

#include <natscreds/base/result.h>

namespace natscreds::provisioner {

/// What is asked of the service over HTTP. Called on the server's one thread: they must not wait for anything.
struct HttpAnswers {
    std::function<std::string()> metrics;
    std::function<base::Status()> ready;
};

/// GET /metrics, /healthz (the process answers) and /readyz (requests would be answered; otherwise 503 and why).
///
/// Holds:   it listens when start() has returned, and no answer is asked for after the destructor. Nobody can keep
///          others waiting: one thread serves all connections without waiting for any of them, a connection has
///          two seconds for its request and two to take the answer, a request has 8 KiB at most, and where 64
///          connections are open the oldest makes room for the next.
/// Fails:   start: std::errc::invalid_argument for an address that is none, or a host that is not known; otherwise
///          what the system says: std::errc::address_in_use, permission_denied, address_not_available.
class HttpServer {
  public:
    /// `address` is HOST:PORT or [HOST]:PORT; a missing host is 127.0.0.1, port 0 any free one.
    [[nodiscard]] static base::Result<std::unique_ptr<HttpServer>> start(const std::string& address,
                                                                         HttpAnswers answers);
    virtual ~HttpServer() = default;

    /// HOST:PORT that it really listens on; an IPv6 host in brackets.
    [[nodiscard]] virtual const std::string& address() const noexcept = 0;
};

}  // namespace natscreds::provisioner
