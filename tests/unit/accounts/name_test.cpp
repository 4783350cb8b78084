#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>

using namespace natscreds;
using accounts::Errc;
using accounts::Name;

TEST_CASE("Name: what can be a file's name is taken as it is") {
    const std::string text = GENERATE(as<std::string>(), "KUBECON", "chat-access", "My Account", "a.b", "x",
                                      "-n", "größer", std::string(200, 'n'));
    REQUIRE(Name::parse(text).value().text() == text);
}

TEST_CASE("Name: what could lead out of its folder, or hide in it, is refused") {
    const std::string text =
        GENERATE("", ".", "..", "../x", "a/b", "/etc/passwd", "a\\b", ".hidden", " x", "x ", "*");
    CAPTURE(text);
    REQUIRE(Name::parse(text).error().code == Errc::bad_name);
}

TEST_CASE("Name: more than 200 bytes are refused") {
    REQUIRE(Name::parse(std::string(201, 'n')).error().code == Errc::bad_name);
}

TEST_CASE("Name: control characters are refused, and do not get into the error") {
    const std::string text =
        GENERATE(as<std::string>(), "a\nb", "a\x7f", "\x1b[31mred", std::string("a\0b", 3));
    const base::Result<Name> name = Name::parse(text);
    REQUIRE(name.error().code == Errc::bad_name);
    for (const char c : name.error().message())
        REQUIRE(static_cast<unsigned char>(c) >= 0x20);
}
