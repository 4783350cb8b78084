#include <array>
#include <optional>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/base32.h>

using namespace natscreds::base;

namespace {

std::optional<Bytes> decoded(std::string_view text) {
    Bytes bytes(base32_decoded_size(text.size()), 0xee);
    if (!base32_decode(text, bytes)) return std::nullopt;
    return bytes;
}

struct Example {
    std::string_view plain;
    std::string_view text;
};

/// RFC 4648 section 10, without the padding.
constexpr std::array<Example, 7> rfc_vectors{{{"", ""},
                                              {"f", "MY"},
                                              {"fo", "MZXQ"},
                                              {"foo", "MZXW6"},
                                              {"foob", "MZXW6YQ"},
                                              {"fooba", "MZXW6YTB"},
                                              {"foobar", "MZXW6YTBOI"}}};

}  // namespace

TEST_CASE("Base32: the RFC's vectors are encoded and decoded without padding") {
    for (const Example& example : rfc_vectors) {
        CAPTURE(example.plain);
        CHECK(base32_encode(as_bytes(example.plain)) == example.text);
        const auto bytes = decoded(example.text);
        REQUIRE(bytes);
        CHECK(as_text(*bytes) == example.plain);
    }
}

TEST_CASE("Base32: every byte value comes back at every position") {
    for (std::size_t length = 1; length <= 10; ++length) {
        for (int value = 0; value < 256; ++value) {
            const Bytes bytes(length, static_cast<std::uint8_t>(value));
            REQUIRE(decoded(base32_encode(bytes)) == bytes);
        }
    }
}

TEST_CASE("Base32: encoding into memory of the caller's gives the same text") {
    const ByteView bytes = as_bytes("foobar");
    std::array<std::uint8_t, base32_encoded_size(6)> text{};
    base32_encode(bytes, text);
    CHECK(as_text(text) == base32_encode(bytes));
}

TEST_CASE("Base32: lower case, padding, line ends and digits outside the alphabet are refused") {
    for (const std::string_view text :
         {"my", "MZXW6YQ=", "MZXW6\n", "MZXW6 ", "MY\r", "M0", "M1", "M8", "M9", "M-"}) {
        CAPTURE(text);
        CHECK_FALSE(decoded(text));
    }
    CHECK_FALSE(decoded(std::string_view("M\0", 2)));
    CHECK_FALSE(decoded("M\xff"));
}

TEST_CASE("Base32: lengths that no number of bytes has are refused") {
    for (const std::size_t length : {1U, 3U, 6U, 9U, 11U, 14U}) {
        CAPTURE(length);
        CHECK_FALSE(decoded(std::string(length, 'A')));
    }
    for (const std::size_t length : {0U, 2U, 4U, 5U, 7U, 8U, 10U}) {
        CAPTURE(length);
        CHECK(decoded(std::string(length, 'A')));
    }
}

TEST_CASE("Base32: spare bits that are not zero are refused, so that each value has one spelling") {
    CHECK(decoded("MY"));
    CHECK_FALSE(decoded("MZ"));
    CHECK(decoded("MZXQ"));
    CHECK_FALSE(decoded("MZXR"));
    CHECK(decoded("MZXW6"));
    CHECK_FALSE(decoded("MZXW7"));
    CHECK(decoded("MZXW6YQ"));
    CHECK_FALSE(decoded("MZXW6YR"));
}

TEST_CASE("Base32: memory of another size than the text's is refused") {
    Bytes short_by_one(2);
    CHECK_FALSE(base32_decode("MZXW6", short_by_one));
    Bytes long_by_one(4);
    CHECK_FALSE(base32_decode("MZXW6", long_by_one));
}

TEST_CASE("Base32: text that is refused leaves nothing of itself in the memory") {
    for (const std::string_view text : {"MZXW6YT!", "MZXW61TB"}) {
        Bytes bytes(5, 0xee);
        REQUIRE_FALSE(base32_decode(text, bytes));
        CHECK(bytes == Bytes(5, 0));
    }
    Bytes spare_bits(4, 0xee);
    REQUIRE_FALSE(base32_decode("MZXW6YR", spare_bits));
    CHECK(spare_bits == Bytes(4, 0));
    Bytes other_size(2, 0xee);
    REQUIRE_FALSE(base32_decode("MZXW6", other_size));
    CHECK(other_size == Bytes(2, 0));
}
