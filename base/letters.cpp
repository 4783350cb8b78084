#include <natscreds/base/letters.h>

#include <algorithm>

namespace natscreds::base {

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) { return lower(c); });
    return result;
}

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() &&
           std::ranges::equal(a, b, [](char left, char right) { return lower(left) == lower(right); });
}

}  // namespace natscreds::base
