#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/errc.h>

using namespace natscreds::accounts;

TEST_CASE("accounts::Errc: every enumerator has a sentence of its own") {
    std::set<std::string> sentences;
    const int last = static_cast<int>(Errc::bad_rotations);
    for (int code = 1; code <= last; ++code)
        sentences.insert(make_error_code(static_cast<Errc>(code)).message());
    REQUIRE(sentences.size() == static_cast<std::size_t>(last));
    REQUIRE_FALSE(sentences.contains("unknown error"));
    REQUIRE(make_error_code(static_cast<Errc>(last + 1)).message() == "unknown error");
}
