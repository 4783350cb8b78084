#pragma once

#include <array>
#include <cstdint>

#include <natscreds/base/bytes.h>

namespace natscreds::base {

using Sha256 = std::array<std::uint8_t, 32>;

/// The SHA-256 of FIPS 180-4.
[[nodiscard]] Sha256 sha256(ByteView bytes) noexcept;

}  // namespace natscreds::base
