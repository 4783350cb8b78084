#pragma once

#include <string>
#include <vector>

#include <natscreds/jwt/token.h>

namespace natscreds::accounts {

/// One claim that is not the same in two tokens.
///
/// Shape:   the path has dots, and the list's index for what stands in a list ("nats.exports.0.subject"); the
///          values are JSON text, empty where the claim is not there.
struct Difference {
    std::string path;
    std::string before;
    std::string after;
};

/// Which claims another token has, in the order of their paths; when it was issued, and by which id, says
/// nothing.
[[nodiscard]] std::vector<Difference> differences(const jwt::Token& before, const jwt::Token& after);

}  // namespace natscreds::accounts
