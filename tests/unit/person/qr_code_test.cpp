// A QR code for a terminal, read back square by square.
#include <algorithm>
#include <array>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/cli/person/qr_code.h>

using namespace natscreds;

namespace {

constexpr int wide = 200;
constexpr std::size_t margin = 4;

/// The squares that are dark, from the characters of a terminal.
std::vector<std::vector<bool>> squares_of(const std::string& text) {
    std::vector<std::vector<bool>> rows;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t begin = line.find('m') + 1;
        const std::string drawn = line.substr(begin, line.rfind('\x1b') - begin);
        std::vector<bool> upper;
        std::vector<bool> lower;
        for (std::size_t at = 0; at < drawn.size(); at += drawn[at] == ' ' ? 1 : 3) {
            const std::string character = drawn.substr(at, drawn[at] == ' ' ? 1 : 3);
            upper.push_back(character == "█" || character == "▀");
            lower.push_back(character == "█" || character == "▄");
        }
        rows.push_back(upper);
        rows.push_back(lower);
    }
    return rows;
}

/// Whether the pattern by which readers find a corner begins there. Source: ISO/IEC 18004.
bool has_finder(const std::vector<std::vector<bool>>& squares, std::size_t top, std::size_t left) {
    constexpr std::array<const char*, 7> finder{"#######", "#.....#", "#.###.#", "#.###.#",
                                                "#.###.#", "#.....#", "#######"};
    for (std::size_t row = 0; row < finder.size(); ++row) {
        for (std::size_t column = 0; column < finder.size(); ++column) {
            if (squares.at(top + row).at(left + column) != (finder[row][column] == '#')) return false;
        }
    }
    return true;
}

}  // namespace

TEST_CASE("QR code: it is square, with a margin, and with the three corners that readers look for") {
    const auto squares = squares_of(person::qr_code("https://login.example.com/device?code=ABCD-EFGH", wide));
    REQUIRE(squares.size() > 2 * margin);
    const std::size_t size = squares.front().size() - 2 * margin;
    CHECK((size - 21) % 4 == 0);
    // Two rows are a line, so that one below may be empty.
    CHECK(squares.size() == size + 2 * margin + 1);
    for (std::size_t i = 0; i < margin; ++i) {
        CHECK(std::ranges::count(squares[i], true) == 0);
        CHECK(std::ranges::count(squares[squares.size() - 1 - i], true) == 0);
    }
    CHECK(has_finder(squares, margin, margin));
    CHECK(has_finder(squares, margin, margin + size - 7));
    CHECK(has_finder(squares, margin + size - 7, margin));
    CHECK_FALSE(has_finder(squares, margin + size - 7, margin + size - 7));
}

TEST_CASE("QR code: another text is another code, and what does not fit is none") {
    const std::string text = "https://login.example.com/device";
    const std::string code = person::qr_code(text, wide);
    CHECK(code != person::qr_code(text + "2", wide));
    const int columns = static_cast<int>(squares_of(code).front().size());
    CHECK(person::qr_code(text, columns) == code);
    CHECK(person::qr_code(text, columns - 1).empty());
    CHECK(person::qr_code(std::string(5000, 'x'), wide).empty());
}
