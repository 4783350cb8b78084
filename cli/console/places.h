#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <natscreds/cli/console/command.h>

/// What completion in any shell is made from.
namespace natscreds::console {

/// Where one can be in a command line: behind the words of a command.
struct Place {
    std::string path;  ///< "nsctl edit user"
    const Command* command = nullptr;
    OptionList own;        ///< without what is hidden, and without arguments
    OptionList inherited;  ///< those of the commands before it that count behind its words, too
    OptionList arguments;
};

/// All places of a program: each before those below it.
[[nodiscard]] std::vector<Place> places(const Command& program);

/// Whether the option tells of the whole program, and so is offered before the words of commands only.
[[nodiscard]] bool tells_of_program(const Option& option);

/// Whether the next word is the option's value. Otherwise a value, if it can have one, stands behind "=".
[[nodiscard]] bool takes_next_word(const Option& option);
[[nodiscard]] bool takes_value_behind_equals(const Option& option);

/// Whether it can be given again, or has several words.
[[nodiscard]] bool is_list(const Option& option);

/// The values to offer; none: any may be right.
[[nodiscard]] std::vector<std::string> values_of(const Option& option);

/// What its value is called in help.
[[nodiscard]] std::string value_name(const Option& option);

/// "-n" and "--name", as the option has them.
[[nodiscard]] std::vector<std::string> dashed(const Option& option);

/// A name that functions of a shell can begin with: "nats-req" is "nats_req".
[[nodiscard]] std::string identifier(std::string_view program);

/// A part of a script that is the same for each program: its name in the place of ROOT, and the identifier of that in
/// the place of NAME.
[[nodiscard]] std::string filled_in(std::string_view script, std::string_view program);

/// A text between single quotes, as bash and zsh read them.
[[nodiscard]] std::string single_quoted(std::string_view text);
/// Each of them so, with a space between them.
[[nodiscard]] std::string single_quoted(const std::vector<std::string>& words);

/// A text with each of some characters replaced by what stands behind it: {{':', "\\:"}}.
struct Replacement {
    char character;
    std::string_view by;
};
[[nodiscard]] std::string replaced(std::string_view text, const std::vector<Replacement>& replacements);

/// A text whose lines are one line.
[[nodiscard]] std::string one_line(std::string_view text);

[[nodiscard]] std::string bash_completion(const Command& program);
[[nodiscard]] std::string zsh_completion(const Command& program);
[[nodiscard]] std::string fish_completion(const Command& program);

}  // namespace natscreds::console
