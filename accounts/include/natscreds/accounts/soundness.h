#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>
#include <natscreds/jwt/validate.h>

namespace natscreds::accounts {

/// What servers would refuse in a token's claims.
template <class C>
[[nodiscard]] std::vector<std::string> errors_in(const jwt::Decoded<C>& token, base::Time now) {
    std::vector<std::string> errors;
    for (const jwt::Issue& issue : jwt::validate(token, {.now = now})) {
        if (issue.severity == jwt::Severity::error) errors.push_back(issue.text);
    }
    return errors;
}

/// Whether a token that was made here may be written: not when it has an error that is not among those known
/// before. Fails: Errc::not_valid.
template <class C>
[[nodiscard]] base::Status check_sound(const jwt::Token& token, base::Time now,
                                       std::vector<std::string> known = {}) {
    const base::Result<jwt::Decoded<C>> decoded = jwt::decode<C>(token.text());
    if (!decoded) return decoded.error();
    for (const std::string& error : errors_in(*decoded, now)) {
        const auto found = std::ranges::find(known, error);
        if (found == known.end()) {
            return base::Error{Errc::not_valid, "\"" + decoded->content.name + "\": " + error};
        }
        known.erase(found);
    }
    return {};
}

}  // namespace natscreds::accounts
