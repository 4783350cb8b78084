// docs/architecture.md is what the next owner reads first: the ways through the code that it shows can be walked.
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "source_tree.h"

namespace natscreds::tree {
namespace {

constexpr std::string_view page = "docs/architecture.md";

/// A line of a way: a file, one of its functions, and in words what happens there.
struct Step {
    std::string file;
    std::string function;
    std::string line;
};

/// The lines between the fences below a title that begins with "The way of".
std::map<std::string, std::vector<Step>> ways_in(std::string_view text) {
    std::map<std::string, std::vector<Step>> ways;
    std::string title;
    bool fenced = false;
    for (const std::string_view line : lines_of(text)) {
        if (line.starts_with("## ")) title = line.starts_with("## The way of ") ? line.substr(3) : "";
        if (line.starts_with("```")) fenced = !fenced;
        if (title.empty() || !fenced || line.starts_with("```")) continue;
        std::istringstream words{std::string(line)};
        Step step{.file = {}, .function = {}, .line = std::string(line)};
        words >> step.file >> step.function;
        ways[title].push_back(std::move(step));
    }
    return ways;
}

/// Whether that name stands before a parenthesis at the beginning of a function, as clang-format writes it.
bool defines(const std::string& text, const std::string& function) {
    return std::regex_search(text, std::regex("(^|\\n)[ ]{0,4}[A-Za-z\\[][^\\n;=]*\\b" + function + "\\("));
}

Findings lost_steps(const SourceTree& files) {
    Findings findings;
    for (const auto& [title, steps] : ways_in(text_of(files, page))) {
        for (const Step& step : steps) {
            const std::string text = text_of(files, step.file);
            if (text.empty()) findings.push_back(title + ": there is no " + step.file);
            if (!text.empty() && !defines(text, step.function))
                findings.push_back(title + ": " + step.file + " has no function " + step.function);
        }
    }
    return findings;
}

}  // namespace

TEST_CASE("Architecture: a step of a way that is gone is found") {
    const std::string way = "## The way of a request\n\n```\na/b.cpp   serve   on a thread\n```\n";
    CHECK(lost_steps({{std::string(page), way}}).size() == 1);
    CHECK(lost_steps({{std::string(page), way}, {"a/b.cpp", "void served() {\n}\n"}}).size() == 1);
    CHECK(lost_steps({{std::string(page), way}, {"a/b.cpp", "void other() {\n    serve(1);\n}\n"}}).size() ==
          1);
    CHECK(lost_steps({{std::string(page), way}, {"a/b.cpp", "void B::serve(int n) {\n}\n"}}).empty());
}

TEST_CASE("Architecture: each way that the page shows can be walked") {
    const SourceTree files = this_tree();
    const auto ways = ways_in(text_of(files, page));
    CHECK(ways.size() == 7);
    for (const auto& [title, steps] : ways) {
        CAPTURE(title);
        CHECK(steps.size() >= 10);
    }
    CHECK(shown(lost_steps(files)) == "");
}

}  // namespace natscreds::tree
