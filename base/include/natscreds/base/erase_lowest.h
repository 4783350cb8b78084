#pragma once

#include <algorithm>
#include <functional>

namespace natscreds::base {

/// Takes the entry of a map out whose value ranks lowest: the victim where one more has to find room. One of them, where
/// several do; none where there is none. `rank` is a function of a value, or a member of it.
template <class Map, class Rank = std::identity>
void erase_lowest(Map& map, Rank rank = {}) {
    const auto lowest =
        std::ranges::min_element(map, {}, [&](const auto& entry) { return std::invoke(rank, entry.second); });
    if (lowest != map.end()) map.erase(lowest);
}

}  // namespace natscreds::base
