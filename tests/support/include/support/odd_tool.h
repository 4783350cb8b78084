#pragma once

#include <string>

#include <natscreds/cli/console/command_line.h>

/// A made-up program whose texts have all that shells and roff read as something else.
namespace natscreds::support {

inline constexpr const char* odd_help = R"(it's "so" [or] a:b, `run` $HOME \n {x} %s - ~ ^ *)";

struct OddValues {
    std::string text;
    std::vector<std::string> files;
    std::optional<bool> answer;
    std::optional<std::uint64_t> count;
};

inline console::Command odd_tool(OddValues& values) {
    using namespace console;
    const Command inner{
        .words = "sub-part,sub_part",
        .summary = odd_help,
        .options = {{"-t,--text,text", &values.text, odd_help},
                    {"--folder", &values.text, "two\nlines", Takes::folder},
                    {.names = "--shy", .to = &values.text, .help = "unseen", .hidden = true}},
        .notes = ".dot at its beginning\n\n'and a quote",
        .examples = {"odd-tool sub-part --text 'a\\b'"},
        .run = [] {},
    };
    const Command kinds{
        .words = "kinds",
        .summary = "kinds",
        .options = {{.names = "kind",
                     .to = &values.text,
                     .help = "a kind",
                     .choices = {"name", "key"},
                     .required = true},
                    {"more", &values.files, "files", Takes::file}},
        .run = [] {},
    };
    return {
        .words = "odd-tool",
        .summary = odd_help,
        .options = joined({{{"-h,--help", Help{}, "print this help"},
                            {"--version", Version{"odd-tool 1.0"}, "print the version"}},
                           generated_options(),
                           {{.names = "-q,--quoted",
                             .to = &values.text,
                             .help = odd_help,
                             .offered = {"a b", "it's", "$HOME", "x:y", "plain"},
                             .group = "Odd ones"},
                            {"--file", &values.text, "a file", Takes::file},
                            {"--answer", &values.answer, "yes or no"},
                            {.names = "--count",
                             .to = &values.count,
                             .help = "so often",
                             .value = "[=N]",
                             .without_value = "1"}}}),
        .subcommands = {inner, kinds},
    };
}

}  // namespace natscreds::support
