// What a copy of the service tells of itself: whoever has credentials of its account can answer in its place.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <natscreds/accounts/provisioning/running_copy.h>
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto copy = natscreds::accounts::parse_running_copy(text))
        natscreds::fuzz::require(!copy->id.empty());
    return 0;
}
