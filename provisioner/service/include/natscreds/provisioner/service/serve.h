#pragma once

#include <functional>
#include <string>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/provisioner/service/responder.h>

namespace natscreds::provisioner {

/// What became of a request, for the log.
struct Served {
    const Answer* answer;  ///< none: the request had no usable reply subject and was dropped
    base::Status replied;  ///< whether the reply could be sent
};

struct ServeOptions {
    std::string subject;
    std::string queue;  ///< copies of the service share the requests
    /// Called after each request, on the subscription's thread.
    std::function<void(const Served&)> observe;
};

/// Answers requests for as long as the subscription lives; `connection` and `responder` must live longer.
/// Fails: as Connection::subscribe and flush, so with bus::Errc::permission_denied when the service's own
///        credentials do not allow it to listen.
[[nodiscard]] base::Result<bus::Subscription> serve(bus::Connection& connection, const Responder& responder,
                                                    ServeOptions options);

}  // namespace natscreds::provisioner
