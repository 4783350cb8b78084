#pragma once

#include <natscreds/base/result.h>
#include <natscreds/bus/message.h>

#include "client_types.h"

namespace natscreds::bus {

/// A copy of a message that was received.
[[nodiscard]] Message received(ClientMessage& message);

/// Whether this is the server's note that nobody listens on a request's subject.
[[nodiscard]] bool says_no_responders(ClientMessage& message);

/// Sends a message.
[[nodiscard]] base::Status send(ClientConnection& connection, const Message& message);

}  // namespace natscreds::bus
