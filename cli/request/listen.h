#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include <natscreds/bus/connection.h>

#include "invocation.h"

namespace natscreds::request {

struct Listening {
    bus::SubscriptionOptions interest;
    std::optional<std::uint64_t> count;  ///< ends after so many messages
};

/// What to do with a message, the number of which is the second: the first message is number 1.
using Action = std::function<base::Status(bus::Connection&, const bus::Message&, std::uint64_t)>;

/// Listens until a signal, or until there have been enough messages; then drains.
/// Ends early when the server does not allow the subject, the connection is lost for good, or an action fails.
[[nodiscard]] console::ExitCode listen(Invocation& invocation, const Listening& listening, const Action& act);

/// SUBJECT, --queue and --count. `listening` must outlive them.
[[nodiscard]] console::OptionList listening_options(Listening& listening);

}  // namespace natscreds::request
