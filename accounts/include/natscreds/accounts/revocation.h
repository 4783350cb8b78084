#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/account_claims.h>

namespace natscreds::accounts {

/// Which tokens are void: those of a key, or of all keys, that were issued at a moment or before it.
struct Revocation {
    std::string key;  ///< a public key, or "*"
    std::int64_t up_to = 0;
};

/// Of this key all tokens until now, and the one that was issued then: of several edits in one second the last is issued
/// a little ahead of its time.
[[nodiscard]] Revocation revocation_now(std::string key, base::Time issued_at, base::Time now);

/// Whether the list is another one afterwards: a revocation that is there never becomes an earlier one, and
/// one that "*" covers is not needed.
bool revoke(jwt::Revocations& revocations, const Revocation& wanted);

/// Takes out what "*" covers already; the keys that were taken out.
std::vector<std::string> compact(jwt::Revocations& revocations);

/// The moment that people give to --at: seconds since 1970, or "2006-01-02T15:04:05Z" with Z or an offset
/// like +02:00; "" and "0" are now.
/// Fails:   Errc::bad_moment.
/// Source:  nsc cmd/revokeuser.go; RFC 3339.
[[nodiscard]] base::Result<std::int64_t> parse_revocation_moment(std::string_view text, base::Time now);

}  // namespace natscreds::accounts
