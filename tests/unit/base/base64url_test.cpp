#include <array>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/base64url.h>

using namespace natscreds::base;

namespace {

struct Example {
    std::string_view plain;
    std::string_view text;
};

/// RFC 4648 section 10, without the padding.
constexpr std::array<Example, 7> rfc_vectors{{{"", ""},
                                              {"f", "Zg"},
                                              {"fo", "Zm8"},
                                              {"foo", "Zm9v"},
                                              {"foob", "Zm9vYg"},
                                              {"fooba", "Zm9vYmE"},
                                              {"foobar", "Zm9vYmFy"}}};

}  // namespace

TEST_CASE("Base64url: the RFC's vectors are encoded and decoded without padding") {
    for (const Example& example : rfc_vectors) {
        CAPTURE(example.plain);
        CHECK(base64url_encode(as_bytes(example.plain)) == example.text);
        const auto bytes = base64url_decode(example.text);
        REQUIRE(bytes);
        CHECK(as_text(*bytes) == example.plain);
    }
}

TEST_CASE("Base64url: 62 and 63 are written as - and _, and + and / are refused") {
    CHECK(base64url_encode(as_bytes("\xfb\xff")) == "-_8");
    CHECK(base64url_decode("-_8"));
    CHECK_FALSE(base64url_decode("+_8"));
    CHECK_FALSE(base64url_decode("-/8"));
}

TEST_CASE("Base64url: every byte value comes back at every position") {
    for (std::size_t length = 1; length <= 6; ++length) {
        for (int value = 0; value < 256; ++value) {
            const Bytes bytes(length, static_cast<std::uint8_t>(value));
            REQUIRE(base64url_decode(base64url_encode(bytes)) == bytes);
        }
    }
}

TEST_CASE("Base64url: padding, blanks, line ends and bytes beyond ASCII are refused") {
    for (const std::string_view text : {"Zg==", "Zm8=", "Zm9v\n", "Zm 9", "Z.", "Zg\r", "Z\xc3"}) {
        CAPTURE(text);
        CHECK_FALSE(base64url_decode(text));
    }
    CHECK_FALSE(base64url_decode(std::string_view("Zm\0v", 4)));
}

TEST_CASE("Base64url: a length of one more than a multiple of four is refused") {
    for (std::size_t length = 0; length < 13; ++length) {
        CAPTURE(length);
        CHECK(base64url_decode(std::string(length, 'A')).has_value() == (length % 4 != 1));
    }
}

TEST_CASE("Base64url: spare bits that are not zero are refused, so that each value has one spelling") {
    int one_byte_spellings = 0;
    int two_byte_spellings = 0;
    for (const char last :
         std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")) {
        if (base64url_decode(std::string("Z") + last)) ++one_byte_spellings;
        if (base64url_decode(std::string("Zm") + last)) ++two_byte_spellings;
    }
    CHECK(one_byte_spellings == 4);
    CHECK(two_byte_spellings == 16);
    CHECK(base64url_decode("Zg"));
    CHECK_FALSE(base64url_decode("Zh"));
    CHECK(base64url_decode("Zm8"));
    CHECK_FALSE(base64url_decode("Zm9"));
}

TEST_CASE("Base64url: appending keeps what is there") {
    std::string text = "head.";
    base64url_append(as_bytes("foo"), text);
    CHECK(text == "head.Zm9v");
    base64url_append({}, text);
    CHECK(text == "head.Zm9v");
}
