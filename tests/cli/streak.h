#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace natscreds::test {

using Moment = std::chrono::steady_clock::time_point;

/// Where a number of things in a row are good, looked for from `begin` on; the first of them.
template <class Good>
[[nodiscard]] std::optional<std::size_t> first_streak(std::size_t begin, std::size_t end, std::size_t length,
                                                      Good good) {
    std::size_t in_row = 0;
    for (std::size_t i = begin; i < end; ++i) {
        in_row = good(i) ? in_row + 1 : 0;
        if (in_row == length) return i + 1 - length;
    }
    return std::nullopt;
}

}  // namespace natscreds::test
