#include <natscreds/cli/console/command.h>

#include <sstream>

namespace natscreds::console {

OptionList joined(std::initializer_list<OptionList> lists) {
    OptionList all;
    for (const OptionList& list : lists)
        all.insert(all.end(), list.begin(), list.end());
    return all;
}

Names names_of(const Option& option) {
    Names names;
    std::istringstream list(option.names);
    for (std::string name; std::getline(list, name, ',');) {
        if (name.starts_with("--")) {
            names.word = name.substr(2);
        } else if (name.starts_with("-")) {
            names.letter = name.substr(1);
        } else {
            names.argument = name;
        }
    }
    return names;
}

bool is_flag(const Option& option) {
    return std::holds_alternative<bool*>(option.to) ||
           std::holds_alternative<std::optional<bool>*>(option.to) ||
           std::holds_alternative<std::function<void()>>(option.to) ||
           std::holds_alternative<Help>(option.to) || std::holds_alternative<Version>(option.to) ||
           std::holds_alternative<ManPage>(option.to);
}

std::vector<std::string> words_of(const Command& command) {
    std::vector<std::string> words;
    std::istringstream list(command.words);
    for (std::string word; std::getline(list, word, ',');)
        words.push_back(word);
    return words;
}

}  // namespace natscreds::console
