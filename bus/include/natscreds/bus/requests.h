#pragma once

#include <chrono>

#include <natscreds/base/result.h>
#include <natscreds/bus/errc.h>
#include <natscreds/bus/message.h>

namespace natscreds::bus {

using Timeout = std::chrono::milliseconds;

/// Where a request gets its reply: what is all that most users of a Connection need of it.
///
/// Thread:  any.
class Requests {
  public:
    virtual ~Requests() = default;

    /// Sends a request and waits for its reply. `message.reply` is not used.
    /// Fails: Errc::no_responders; timeout; permission_denied as soon as the server says that the credentials
    ///        do not allow this subject, or listening on our inbox; and as Connection::publish.
    [[nodiscard]] virtual base::Result<Message> request(const Message& message, Timeout timeout) = 0;
};

}  // namespace natscreds::bus
