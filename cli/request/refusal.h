#pragma once

#include <optional>
#include <string>

#include <natscreds/bus/message.h>

namespace natscreds::request {

/// Why a service refused a request, if this reply says that it did: by the header
/// `Nats-Service-Error-Code` (ADR-32), or by a body that begins with "-ERR".
[[nodiscard]] std::optional<std::string> refusal(const bus::Message& reply);

}  // namespace natscreds::request
