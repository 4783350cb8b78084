#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace natscreds::login {

/// All but letters, digits and "-._~" as %XX. Source: RFC 3986 section 2.
[[nodiscard]] std::string percent_encoded(std::string_view text);

using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

/// "a=b&c=d"; fields without a value are left out. Source: RFC 6749 appendix B.
[[nodiscard]] std::string form(const Fields& fields);

}  // namespace natscreds::login
