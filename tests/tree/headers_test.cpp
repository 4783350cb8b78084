// A header is a promise: one idea, said in words, short enough to be read. That each compiles alone is checked
// by the build itself (target all_verify_interface_header_sets).
#include <map>

#include <catch2/catch_test_macros.hpp>

#include "source_tree.h"

using namespace natscreds::tree;

namespace {

constexpr std::size_t max_lines = 150;

/// Longer ones, each with its own limit: raise it only for what cannot be told in two headers.
const std::map<std::string, std::size_t, std::less<>> long_headers{
    // The fields of one JSON object, in the order in which they are written.
    {"jwt/include/natscreds/jwt/account_claims.h", 160},
};

std::size_t limit_of(const SourceFile& file) {
    const auto found = long_headers.find(file.path);
    return found != long_headers.end() ? found->second : max_lines;
}

Findings unkept_promises(const SourceTree& files) {
    Findings findings;
    for (const SourceFile& file : files) {
        if (!file.is_header()) continue;
        if (!file.text.starts_with("#pragma once\n"))
            findings.push_back(file.path + ": does not begin with #pragma once");
        if (!file.is_public_header()) continue;
        if (file.text.find("\n/// ") == std::string::npos)
            findings.push_back(file.path + ": says nothing (no /// comment)");
        const std::size_t lines = lines_of(file.text).size();
        if (lines <= limit_of(file)) continue;
        findings.push_back(file.path + ": " + std::to_string(lines) + " lines, more than " +
                           std::to_string(limit_of(file)) + ": it has more than one idea");
    }
    return findings;
}

const std::string path = "base/include/natscreds/base/thing.h";
const std::string beginning = "#pragma once\n\n/// A thing.\n";

}  // namespace

TEST_CASE("Headers: one that says nothing is found") {
    CHECK(unkept_promises({{path, "#pragma once\n// not for others\nstruct Thing {};\n"}}).size() == 1);
    CHECK(unkept_promises({{path, beginning}}).empty());
}

TEST_CASE("Headers: one without #pragma once is found, private or not") {
    CHECK(unkept_promises({{path, "\n/// A thing.\n"}}).size() == 1);
    CHECK(unkept_promises({{"base/thing.h", "struct Thing {};\n"}}).size() == 1);
    CHECK(unkept_promises({{"base/thing.h", "#pragma once\nstruct Thing {};\n"}}).empty());
}

TEST_CASE("Headers: one of 150 lines is read, one of 151 is found") {
    const std::size_t so_far = lines_of(beginning).size();
    CHECK(unkept_promises({{path, beginning + std::string(150 - so_far, '\n')}}).empty());
    CHECK(unkept_promises({{path, beginning + std::string(151 - so_far, '\n')}}).size() == 1);
}

TEST_CASE("Headers: those of this tree say what they are, and are short") {
    CHECK(shown(unkept_promises(this_tree())) == "");
}
