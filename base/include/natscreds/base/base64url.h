#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/bytes.h>

namespace natscreds::base {

/// Base64url of RFC 4648 section 5, without padding: what JWTs are written in.

[[nodiscard]] std::string base64url_encode(ByteView bytes);

/// Appends to `out`, for callers that build a longer text.
void base64url_append(ByteView bytes, std::string& out);

/// The bytes; nothing on a character outside the alphabet, an impossible length, or spare bits that are
/// not zero (so each value has one spelling only).
[[nodiscard]] std::optional<Bytes> base64url_decode(std::string_view text);

}  // namespace natscreds::base
