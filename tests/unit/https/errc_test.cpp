#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/https/errc.h>

using natscreds::https::Errc;

TEST_CASE("https::Errc: every enumerator has a sentence of its own") {
    std::set<std::string> sentences;
    constexpr int last = static_cast<int>(Errc::too_large);
    for (int code = 1; code <= last; ++code)
        sentences.insert(make_error_code(static_cast<Errc>(code)).message());
    CHECK(sentences.size() == static_cast<std::size_t>(last));
    CHECK_FALSE(sentences.contains("unknown error"));
    CHECK(make_error_code(static_cast<Errc>(last + 1)).message() == "unknown error");
}
