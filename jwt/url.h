#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace natscreds::jwt {

/// The parts of a URL that claims are checked for.
struct Url {
    std::string scheme;  ///< in lower case
    std::string host;    ///< without port and brackets
    std::string path;    ///< as it was written
    bool has_user = false;
};

/// Nothing when it cannot be read. Source: Go's net/url, which servers and tools read claims with.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

}  // namespace natscreds::jwt
