// The list of unfinished rotations in an operator's folder.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <natscreds/accounts/rotation.h>
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace natscreds::accounts;
    const auto rotations = parse_rotations({reinterpret_cast<const char*>(data), size});
    if (!rotations) return 0;
    const auto again = parse_rotations(rotations_text(*rotations));
    natscreds::fuzz::require(again.has_value() && *again == *rotations);
    return 0;
}
