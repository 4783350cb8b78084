#include "places.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include <natscreds/base/joined.h>

namespace natscreds::console {
namespace {

/// An option of the commands before as it is still there behind a command with these options, which come first: without
/// the letter that one of them has, and not at all where its word is theirs.
std::optional<Option> left_of(Option inherited, const OptionList& own) {
    const Names names = names_of(inherited);
    const auto has = [&](std::string Names::*part) {
        return !(names.*part).empty() && std::ranges::any_of(own, [&](const Option& option) {
            return names_of(option).*part == names.*part;
        });
    };
    if (has(&Names::word)) return std::nullopt;
    if (!has(&Names::letter)) return inherited;
    if (names.word.empty()) return std::nullopt;
    inherited.names = "--" + names.word;
    return inherited;
}

/// Whether an argument does, and the option's name need not be there.
bool is_argument(const Option& option) {
    return !names_of(option).argument.empty();
}

Place place_of(const Command& command, const std::string& before, const OptionList& inherited) {
    Place place{.path = before + words_of(command).front(),
                .command = &command,
                .own = {},
                .inherited = {},
                .arguments = {}};
    for (const Option& option : command.options) {
        if (option.hidden) continue;
        if (!dashed(option).empty()) place.own.push_back(option);
        // The further words of an option that has several stand where arguments do.
        if (is_argument(option) || option.several == Several::words) place.arguments.push_back(option);
    }
    for (const Option& option : inherited) {
        if (auto left = left_of(option, place.own)) place.inherited.push_back(*std::move(left));
    }
    return place;
}

void collect(const Place& place, std::vector<Place>& all) {
    all.push_back(place);
    OptionList inherited = place.inherited;
    std::ranges::copy_if(place.own, std::back_inserter(inherited),
                         [](const Option& option) { return !tells_of_program(option); });
    for (const Command& below : place.command->subcommands)
        collect(place_of(below, place.path + " ", inherited), all);
}

}  // namespace

std::vector<Place> places(const Command& program) {
    std::vector<Place> all;
    collect(place_of(program, "", {}), all);
    return all;
}

bool tells_of_program(const Option& option) {
    return std::holds_alternative<Version>(option.to) || std::holds_alternative<Completion>(option.to) ||
           std::holds_alternative<ManPage>(option.to);
}

bool takes_next_word(const Option& option) {
    return !is_flag(option) && option.without_value.empty();
}

bool takes_value_behind_equals(const Option& option) {
    return !is_flag(option) || std::holds_alternative<std::optional<bool>*>(option.to);
}

bool is_list(const Option& option) {
    return std::holds_alternative<std::vector<std::string>*>(option.to);
}

std::vector<std::string> values_of(const Option& option) {
    if (!option.choices.empty()) return option.choices;
    if (std::holds_alternative<std::optional<bool>*>(option.to)) return {"true", "false"};
    return option.offered;
}

std::string value_name(const Option& option) {
    if (option.value && !option.value->empty()) return *option.value;
    if (option.range || std::holds_alternative<std::int64_t*>(option.to) ||
        std::holds_alternative<std::uint64_t*>(option.to) ||
        std::holds_alternative<std::optional<std::int64_t>*>(option.to) ||
        std::holds_alternative<std::optional<std::uint64_t>*>(option.to))
        return "N";
    if (option.takes == Takes::file) return "FILE";
    return option.takes == Takes::folder ? "FOLDER" : "TEXT";
}

std::vector<std::string> dashed(const Option& option) {
    const Names names = names_of(option);
    std::vector<std::string> all;
    if (!names.letter.empty()) all.push_back("-" + names.letter);
    if (!names.word.empty()) all.push_back("--" + names.word);
    return all;
}

std::string identifier(std::string_view program) {
    std::string name(program);
    std::ranges::replace_if(
        name, [](unsigned char character) { return std::isalnum(character) == 0; }, '_');
    return name;
}

std::string filled_in(std::string_view script, std::string_view program) {
    std::string text(script);
    const auto fill = [&text](std::string_view hole, std::string_view by) {
        for (std::size_t at = 0; (at = text.find(hole, at)) != std::string::npos; at += by.size())
            text.replace(at, hole.size(), by);
    };
    fill("NAME", identifier(program));
    fill("ROOT", program);
    return text;
}

std::string single_quoted(std::string_view text) {
    return "'" + replaced(text, {{'\'', "'\\''"}}) + "'";
}

std::string single_quoted(const std::vector<std::string>& words) {
    return base::joined(words, " ", [](const std::string& word) { return single_quoted(word); });
}

std::string replaced(std::string_view text, const std::vector<Replacement>& replacements) {
    std::string result;
    for (const char character : text) {
        const auto found = std::ranges::find(replacements, character, &Replacement::character);
        if (found == replacements.end()) {
            result += character;
        } else {
            result += found->by;
        }
    }
    return result;
}

std::string one_line(std::string_view text) {
    return replaced(text, {{'\n', " "}});
}

}  // namespace natscreds::console
