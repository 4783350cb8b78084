#pragma once

#include <cstdint>

#include <natscreds/nkeys/signing_key.h>
#include <support/fakes.h>

namespace natscreds::support {

/// The same key every time for the same start, another for another. Fails: throws.
inline nkeys::SigningKey key_of(nkeys::Kind kind, std::uint64_t start = 1) {
    FixedRandom random(start);
    return nkeys::SigningKey::generate(kind, random).value();
}

}  // namespace natscreds::support
