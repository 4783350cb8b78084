#include <natscreds/base/wildcard.h>

#include <cstddef>
#include <optional>

namespace natscreds::base {

/// After each `*` the shortest match is tried first, and the last one is made longer where the rest does not fit.
bool wildcard_matches(std::string_view pattern, std::string_view text) noexcept {
    std::size_t p = 0;
    std::size_t n = 0;
    std::optional<std::size_t> star;
    std::size_t tried = 0;
    while (n < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            tried = n;
        } else if (p < pattern.size() && pattern[p] == text[n]) {
            ++p;
            ++n;
        } else if (star) {
            p = *star + 1;
            n = ++tried;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace natscreds::base
