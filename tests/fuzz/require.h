#pragma once

#include <cstdlib>

namespace natscreds::fuzz {

/// Ends the fuzzer, which then keeps the input, when what must hold for every input does not.
inline void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace natscreds::fuzz
