#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace natscreds::jwt {

/// The value of the first tag "KEY:value"; empty where there is none.
[[nodiscard]] inline std::string_view tag_value(const std::vector<std::string>& tags,
                                                std::string_view key) noexcept {
    for (const std::string_view tag : tags) {
        if (tag.size() > key.size() && tag.starts_with(key) && tag[key.size()] == ':')
            return tag.substr(key.size() + 1);
    }
    return {};
}

}  // namespace natscreds::jwt
