#include <natscreds/base/random.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include <sys/random.h>

namespace natscreds::base {

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) std::abort();
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
}

double chance(Random& random) {
    std::array<std::uint8_t, 2> bytes{};
    random.fill(bytes);
    return (bytes[0] * 256 + bytes[1]) / 65535.0;
}

}  // namespace natscreds::base
