#pragma once

#include <cstdint>

#include <natscreds/base/clock.h>

namespace natscreds::chat {

/// How often something has happened, and when that was told last.
struct ToldCount {
    std::uint64_t count = 0;
    base::Time told{};
};

}  // namespace natscreds::chat
