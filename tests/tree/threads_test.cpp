// docs/architecture.md says what each thread does; whoever looks into a service that hangs reads it there.
#include <regex>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "source_tree.h"

namespace natscreds::tree {
namespace {

constexpr std::size_t max_name = 15;  // the kernel's limit: what is longer is not taken

/// Names that sources give to threads, and that are too long or not in the page.
Findings unlisted_threads(const SourceTree& files) {
    static const std::regex given(
        R"re((?:name_thread\(|PeriodicTask>\()"([^"]*)"|\.emplace\("([^"]*)", \w+_interval,)re");
    const std::string listed = text_of(files, "docs/architecture.md");
    Findings findings;
    for (const SourceFile& file : files) {
        if (!file.is_cpp() || file.below("tests")) continue;
        for (std::sregex_iterator at(file.text.begin(), file.text.end(), given), end; at != end; ++at) {
            const std::string name = (*at)[1].str() + (*at)[2].str();
            if (name.size() > max_name) findings.push_back(file.path + ": " + name + " is too long");
            if (listed.find("`" + name + "`") == std::string::npos)
                findings.push_back(file.path + ": docs/architecture.md does not say what " + name + " does");
        }
    }
    return findings;
}

}  // namespace

TEST_CASE("Threads: a name that is not listed, or too long, is found") {
    const SourceFile page{"docs/architecture.md", "| `tidy` | | |\n| `much-too-long-name` | | |\n"};
    CHECK(unlisted_threads({page, {"a/b.cpp", "base::name_thread(\"tidy\");\n"}}).empty());
    CHECK(unlisted_threads({page, {"a/b.cpp", "base::name_thread(\"other\");\n"}}).size() == 1);
    CHECK(unlisted_threads({page, {"a/b.cpp", "task_.emplace(\"other\", tidy_interval, [] {});\n"}}).size() ==
          1);
    CHECK(unlisted_threads({page, {"a/b.cpp", "base::name_thread(\"much-too-long-name\");\n"}}).size() == 1);
}

TEST_CASE("Threads: docs/architecture.md lists the name of each") {
    CHECK(shown(unlisted_threads(this_tree())) == "");
}

}  // namespace natscreds::tree
