#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace natscreds::base {

/// The words as one text, with `between` between them; of each word what `shown` makes of it.
template <class Words, class Shown = std::identity>
[[nodiscard]] std::string joined(const Words& words, std::string_view between, const Shown& shown = {}) {
    std::string text;
    for (const auto& word : words) {
        if (!text.empty()) text += between;
        text += shown(word);
    }
    return text;
}

}  // namespace natscreds::base
