#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/bytes.h>

using namespace natscreds::base;

TEST_CASE("Bytes: a text seen as bytes and back is the same memory, zero bytes included") {
    const std::string_view text("a\0\xff", 3);
    const ByteView bytes = as_bytes(text);
    REQUIRE(bytes.size() == 3);
    CHECK(bytes[1] == 0);
    CHECK(bytes[2] == 0xff);
    CHECK(as_text(bytes) == text);
    CHECK(as_text(bytes).data() == text.data());
}
