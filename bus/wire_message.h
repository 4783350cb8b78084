#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/bus/message.h>

#include "client_types.h"

namespace natscreds::bus {

/// What stands before a stream whose messages are asked for one by one.
inline constexpr std::string_view direct_get = "$JS.API.DIRECT.GET.";

/// A copy of a message that was received.
[[nodiscard]] Message received(ClientMessage& message);

[[nodiscard]] std::string subject_of(ClientMessage& message);

/// Whether this is the server's note that nobody listens on a request's subject.
[[nodiscard]] bool says_no_responders(ClientMessage& message);

[[nodiscard]] base::Status send(ClientConnection& connection, const Message& message);

/// The same for a message without reply subject and headers: the body goes straight into what the library writes
/// to the socket, and is copied nowhere else.
[[nodiscard]] base::Status send(ClientConnection& connection, const std::string& subject,
                                std::string_view body);

}  // namespace natscreds::bus
