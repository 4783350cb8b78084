#pragma once

#include <string_view>

#include <natscreds/base/result.h>

namespace natscreds::jwt {

/// Whether the text is a JSON object that every reader understands alike.
///
/// Fails:   Errc::bad_json: no object, bad UTF-8, nested deeper than 64, the same field twice.
[[nodiscard]] base::Status check_json_object(std::string_view text);

}  // namespace natscreds::jwt
