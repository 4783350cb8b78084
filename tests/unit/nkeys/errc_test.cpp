#include <set>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/nkeys/errc.h>

using natscreds::nkeys::Errc;

TEST_CASE("nkeys::Errc: each cause has a sentence of its own") {
    std::set<std::string> sentences;
    constexpr int last = static_cast<int>(Errc::unusable_key);
    for (int value = 1; value <= last; ++value)
        sentences.insert(make_error_code(static_cast<Errc>(value)).message());
    CHECK(sentences.size() == last);
    CHECK_FALSE(sentences.contains("unknown error"));
    CHECK(make_error_code(Errc::bad_kind).category().name() == std::string_view("nkeys"));
}
