// What a page shows as an example is the example that is built and run.
#include <catch2/catch_test_macros.hpp>

#include "source_tree.h"

using namespace natscreds::tree;

namespace {

bool shows(const SourceTree& files, std::string_view page, std::string_view example) {
    const std::string program = text_of(files, example);
    return !program.empty() && text_of(files, page).find("```cpp\n" + program + "```\n") != std::string::npos;
}

}  // namespace

TEST_CASE("Examples: a page that shows another program than the one in examples is found") {
    const SourceFile example{"examples/a.cpp", "int main() {}\n"};
    CHECK(shows({example, {"README.md", "Thus:\n```cpp\nint main() {}\n```\n"}}, "README.md",
                "examples/a.cpp"));
    CHECK_FALSE(
        shows({example, {"README.md", "```cpp\nint main() { }\n```\n"}}, "README.md", "examples/a.cpp"));
    CHECK_FALSE(shows({{"README.md", "```cpp\n```\n"}}, "README.md", "examples/a.cpp"));
}

TEST_CASE("Examples: the README and the libraries' page show the examples as they are") {
    const SourceTree files = this_tree();
    CHECK(shows(files, "README.md", "examples/token.cpp"));
    CHECK(shows(files, "docs/libraries.md", "examples/token.cpp"));
    CHECK(shows(files, "docs/libraries.md", "examples/own_credentials.cpp"));
}
