#pragma once

#include <string>
#include <vector>

#include <natscreds/jwt/token.h>

namespace natscreds::accounts {

/// One claim that is not the same in two tokens.
///
/// Shape:   the path has dots, and for what stands in a list what it is found by
///          ("nats.exports[service chat.req.access].description"); the values are JSON text, empty where the
///          claim is not there. Of a list of texts each text is a claim with the list's path.
/// Holds:   a list with the same in another order is the same.
struct Difference {
    std::string path;
    std::string before;
    std::string after;
};

/// Which claims another token has, in the order of their paths; when it was issued, and by which id, says
/// nothing.
[[nodiscard]] std::vector<Difference> differences(const jwt::Token& before, const jwt::Token& after);

}  // namespace natscreds::accounts
