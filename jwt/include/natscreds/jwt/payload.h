#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>

namespace natscreds::jwt {

/// Claims as the JSON of a token's payload, before anybody signs them: for files in which people write claims.
///
/// Shape:   the fields of a payload but `iat`, `iss` and `jti`; `nats` has the claims.
/// Holds:   what draft_payload() writes, read_draft() reads as the same draft.
/// Fails:   read_draft: Errc::bad_json, as decode() does for a payload.
template <class C>
[[nodiscard]] base::Result<std::string> draft_payload(const Draft<C>& draft);

template <class C>
[[nodiscard]] base::Result<Draft<C>> read_draft(std::string_view payload);

}  // namespace natscreds::jwt
