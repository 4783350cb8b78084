// All C++ is as clang-format 14 and .clang-format have it: no other release, for they differ.
#include <filesystem>
#include <set>
#include <stdexcept>

#include <catch2/catch_test_macros.hpp>

#include <support/process.h>
#include <support/programs.h>

#include "source_tree.h"

using namespace natscreds;
using namespace natscreds::tree;

namespace {

/// The one that scripts/setup put in .deps/bin, or else the system's.
std::string clang_format() {
    const std::filesystem::path own =
        std::filesystem::path(support::source_root()) / ".deps/bin/clang-format-14";
    return std::filesystem::exists(own) ? own.string() : "clang-format-14";
}

/// Those of the files that clang-format would change.
Findings misformatted(const SourceTree& files, const std::filesystem::path& root) {
    std::vector<std::string> argv{clang_format(), "--dry-run", "-Werror", "--style=file"};
    for (const SourceFile& file : files) {
        if (file.is_cpp()) argv.push_back(file.path);
    }
    const support::Outcome outcome =
        support::run({.argv = argv, .folder = root, .deadline = std::chrono::seconds(100)});
    if (outcome.exit_code == 0) return {};
    std::set<std::string> named;
    for (const std::string_view line : lines_of(outcome.err)) {
        if (line.find("-Wclang-format-violations") == std::string_view::npos) continue;
        named.insert(std::string(line.substr(0, line.find(':'))) + ": run clang-format-14 -i on it");
    }
    if (named.empty()) throw std::runtime_error("clang-format-14 failed: run scripts/setup\n" + outcome.err);
    return {named.begin(), named.end()};
}

}  // namespace

TEST_CASE("Formatting: a file that clang-format would change is found") {
    const support::TempDir root;
    root.write(".clang-format",
               support::read_text(std::filesystem::path(support::source_root()) / ".clang-format"));
    root.write("a.cpp", "int f( int  x ){return x;}\n");
    root.write("b.cpp", "int f(int x);\n");
    CHECK(misformatted({{"a.cpp", ""}, {"b.cpp", ""}}, root.path()) ==
          Findings{"a.cpp: run clang-format-14 -i on it"});
    CHECK(misformatted({{"b.cpp", ""}}, root.path()).empty());
}

TEST_CASE("Formatting: this tree is formatted") {
    CHECK(shown(misformatted(this_tree(), support::source_root())) == "");
}
