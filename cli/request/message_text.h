#pragma once

#include <cstdint>
#include <string>

#include <natscreds/bus/message.h>

namespace natscreds::request {

/// A message for people:
///     [#1] Received on "subject" with reply "_INBOX.x"
///     Name: value
///
///     body
///     (an empty line)
/// Without headers the body follows the first line. Source: the `nats` tool.
[[nodiscard]] std::string readable(const bus::Message& message, std::uint64_t number);

/// A message as one line of JSON: subject, reply, headers (each with a list of values), body. What is not
/// UTF-8 is replaced by U+FFFD.
[[nodiscard]] std::string json_line(const bus::Message& message);

}  // namespace natscreds::request
