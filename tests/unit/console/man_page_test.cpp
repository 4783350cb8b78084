#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/cli/console/man_page.h>
#include <support/odd_tool.h>

using namespace natscreds::console;
using namespace natscreds::support;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string page() {
    OddValues values;
    return man_page(odd_tool(values));
}

}  // namespace

TEST_CASE("Manual page: it has the program's name, version and usage") {
    CHECK(page().starts_with(".TH \"ODD\\-TOOL\" 1 \"\" \"odd\\-tool 1.0\"\n.SH NAME\nodd\\-tool \\- "));
    CHECK(has(page(), ".SH SYNOPSIS\n\\fBodd\\-tool\\fR [\\fIOPTIONS\\fR] \\fICOMMAND\\fR\n"));
}

TEST_CASE("Manual page: each command has its own part, with the words that it may be called too") {
    CHECK(has(page(), ".SS \"odd\\-tool sub\\-part\"\n"));
    CHECK(has(page(), ", also sub_part.\n"));
    CHECK(has(page(), "\\fBodd\\-tool kinds\\fR [\\fIOPTIONS\\fR] \\fIkind\\fR [\\fImore\\fR ...]\n"));
    CHECK(has(page(), ".TP\n\\fIkind\\fR\na kind\n.br\nOne of: name, key\n"));
}

TEST_CASE("Manual page: no text in it is read as roff") {
    CHECK(has(page(), R"(it\(aqs \(dqso\(dq [or] a:b, \(garun\(ga $HOME \(rsn {x} %s \- \(ti \(ha *)"));
    CHECK(has(page(), "\n\\&.dot at its beginning\n\\&\n\\(aqand a quote\n"));
    CHECK(has(page(), "\\-\\-text \\(aqa\\(rsb\\(aq"));
}

TEST_CASE("Manual page: options are written as in help, and what is hidden is not in it") {
    CHECK(has(page(), ".PP\nOdd ones:\n.TP\n\\fB\\-q\\fR, \\fB\\-\\-quoted\\fR \\fITEXT\\fR\n"));
    CHECK(has(page(), "\\fB\\-\\-count\\fR\\fI[=N]\\fR\n"));
    CHECK(has(page(), "\\fB\\-\\-answer\\fR\nyes or no\n"));
    CHECK_FALSE(has(page(), "shy"));
}
