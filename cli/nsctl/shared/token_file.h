#pragma once

#include <string>

#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>

#include "session.h"

namespace natscreds::nsctl {

/// The text of the JWT in a file, which may be a creds file; "-" is standard input.
/// Fails: Errc::no_token; the system's errors.
[[nodiscard]] base::Result<std::string> token_text(const Session& session, const std::string& file);

template <class C>
[[nodiscard]] base::Result<jwt::Decoded<C>> read_token(const Session& session, const std::string& file) {
    const base::Result<std::string> text = token_text(session, file);
    if (!text) return text.error();
    base::Result<jwt::Decoded<C>> token = jwt::decode<C>(*text);
    if (!token) return token.error().within(file);
    return token;
}

}  // namespace natscreds::nsctl
