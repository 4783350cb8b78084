// A sealed seed's file: what is taken for one is written as it was read.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <natscreds/nkeys/sealed_seed.h>
#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using natscreds::nkeys::SealedSeed;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto sealed = SealedSeed::parse(text)) {
        natscreds::fuzz::require(sealed->text() == text);
        natscreds::fuzz::require(SealedSeed::begins_like_one({data, size}));
        natscreds::fuzz::require(sealed->settings().mebibytes <= 1024 && sealed->settings().passes <= 16);
    }
    return 0;
}
