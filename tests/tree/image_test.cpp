// conf/kubernetes/Dockerfile, which no test can build: what it names is there, and what must stay out does.
#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "source_tree.h"

using namespace natscreds::tree;

namespace {

std::set<std::string> words_of(std::string text) {
    std::ranges::replace_if(
        text, [](char letter) { return std::string_view("()\\=").find(letter) != std::string_view::npos; },
        ' ');
    std::istringstream words(text);
    return {std::istream_iterator<std::string>(words), {}};
}

/// What the first stage installs, which scripts/setup does not.
std::vector<std::string> packages_unknown_to_setup(const std::string& dockerfile, const std::string& setup) {
    const std::string command = "--no-install-recommends";
    const std::size_t begin = dockerfile.find(command);
    if (begin == std::string::npos) return {"nothing is installed"};
    const std::string list = dockerfile.substr(begin + command.size());
    const std::set<std::string> installed = words_of(list.substr(0, list.find("\nCOPY")));
    const std::set<std::string> known = words_of(setup);
    std::vector<std::string> unknown;
    std::ranges::set_difference(installed, known, std::back_inserter(unknown));
    return unknown;
}

}  // namespace

TEST_CASE("Image: a package that scripts/setup does not install is found") {
    const std::string dockerfile =
        "RUN apt-get install --no-install-recommends \\\n    cmake libjansson-dev\nCOPY . /\n";
    CHECK(packages_unknown_to_setup(dockerfile, "packages=(\n  g++ cmake\n)") ==
          std::vector<std::string>{"libjansson-dev"});
    CHECK(packages_unknown_to_setup(dockerfile, "packages+=(cmake libjansson-dev)").empty());
}

TEST_CASE("Image: it installs what scripts/setup does, builds what there is, and is nobody's in particular") {
    const SourceTree files = this_tree();
    const std::string dockerfile = text_of(files, "conf/kubernetes/Dockerfile");
    CHECK(packages_unknown_to_setup(dockerfile, text_of(files, "scripts/setup")).empty());
    const std::set<std::string> words = words_of(dockerfile);
    for (const char* word : {"release", "natscreds_programs", "example_status", "USER"})
        CHECK(words.contains(word));
    CHECK(text_of(files, "CMakePresets.json").find(R"("name": "release")") != std::string::npos);
    CHECK(text_of(files, "examples/CMakeLists.txt").find("add_executable(example_status") !=
          std::string::npos);
}

TEST_CASE("Image: neither what a build leaves behind nor keys get into it") {
    const std::set<std::string> ignored =
        words_of(text_of(this_tree(), "conf/kubernetes/Dockerfile.dockerignore"));
    for (const char* word : {".deps", ".git", "build", "**/*.creds", "**/*.nk"})
        CHECK(ignored.contains(word));
}
