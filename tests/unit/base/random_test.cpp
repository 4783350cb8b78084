#include <algorithm>
#include <array>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/random.h>

using namespace natscreds::base;

TEST_CASE("SystemRandom: all the bytes are filled, and not with the same ones again") {
    SystemRandom random;
    std::array<std::uint8_t, 512> first{};
    std::array<std::uint8_t, 512> second{};
    random.fill(first);
    random.fill(second);
    CHECK(first != second);
    // 64 zero bytes at the end by chance: once in 2^512.
    const std::span end = std::span(first).last<64>();
    CHECK(std::ranges::any_of(end, [](std::uint8_t byte) { return byte != 0; }));
}

TEST_CASE("SystemRandom: filling nothing touches nothing") {
    std::array<std::uint8_t, 3> bytes{1, 2, 3};
    SystemRandom().fill(std::span(bytes).first(0));
    CHECK(bytes == std::array<std::uint8_t, 3>{1, 2, 3});
}
