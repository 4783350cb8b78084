#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <natscreds/provisioner/observation/http_server.h>

namespace natscreds::provisioner {

constexpr std::size_t max_request_bytes = 8192;

/// The whole response to what has arrived of a request, headers included; nothing while its end has not arrived.
/// What is no request, or is longer than `max_request_bytes`, is answered as well: 400, 404, 405 or 431.
[[nodiscard]] std::optional<std::string> http_response(std::string_view arrived, const HttpAnswers& answers);

}  // namespace natscreds::provisioner
