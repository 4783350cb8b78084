#include "random_token.h"

#include <array>
#include <cstdint>

#include <natscreds/base/base32.h>

namespace natscreds::bus {

std::string random_token(base::Random& random) {
    std::array<std::uint8_t, 16> bytes{};
    random.fill(bytes);
    return base::base32_encode(bytes);
}

}  // namespace natscreds::bus
