#include <natscreds/chat-client/model/completion.h>

#include <algorithm>

#include <natscreds/base/letters.h>

namespace natscreds::chat {
namespace {

bool begins_with(std::string_view text, std::string_view beginning) {
    return base::equal_without_case(text.substr(0, beginning.size()), beginning);
}

/// Gathers what begins like the word, each once.
class Choices {
  public:
    Choices(std::string_view word, std::string_view ending) : word_(word), ending_(ending) {}

    void offer(const std::string& choice) {
        const bool fits = begins_with(choice, word_);
        if (fits && std::ranges::find(found_, choice + ending_) == found_.end())
            found_.push_back(choice + ending_);
    }
    [[nodiscard]] std::vector<std::string> take() { return std::move(found_); }

  private:
    std::string_view word_;
    std::string ending_;
    std::vector<std::string> found_;
};

std::vector<std::string> commands(std::string_view word) {
    Choices choices(word, " ");
    for (const CommandSpec& spec : command_specs())
        choices.offer(std::string(spec.name));
    return choices.take();
}

std::vector<std::string> settings(const Chat& chat, std::string_view word) {
    Choices choices(word, " ");
    for (const Settings::Entry& entry : chat.settings().entries())
        choices.offer(entry.name);
    return choices.take();
}

/// With or without the sign, as it was typed.
std::vector<std::string> channels(const Chat& chat, std::string_view word) {
    Choices choices(word, " ");
    for (const Room& room : chat.rooms()) {
        if (room.place().person) continue;
        choices.offer(word.starts_with('#') ? "#" + room.place().channel : room.place().channel);
    }
    return choices.take();
}

std::vector<std::string> people(const Chat& chat, Choices choices, std::string_view sign, base::Time now) {
    const auto& lines = chat.current().lines();
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        if (line->kind != LineKind::notice && !line->own)
            choices.offer(std::string(sign) + line->author.name);
    }
    for (const Person* person : chat.people().all_online(now)) {
        if (person->key != chat.self().self) choices.offer(std::string(sign) + person->name);
    }
    return choices.take();
}

/// The command whose first argument the word is; empty where it is none.
std::string_view argument_of(std::string_view before, std::string_view word) {
    const std::string_view command = before.substr(0, before.find(' '));
    const std::string_view between =
        before.substr(command.size(), before.size() - word.size() - std::min(command.size(), before.size()));
    const bool is_first = between.find_first_not_of(' ') == std::string_view::npos;
    return command.starts_with('/') && command.size() < before.size() && is_first ? command : "";
}

}  // namespace

std::vector<std::string> completions(const Chat& chat, std::string_view before, base::Time now) {
    const std::size_t space = before.find_last_of(" \n");
    const std::string_view word = space == std::string_view::npos ? before : before.substr(space + 1);
    const bool first = word.size() == before.size();
    const std::string_view command = argument_of(before, word);
    if (first && word.starts_with('/')) return commands(word);
    if (word.starts_with('#') || command == "/join" || command == "/leave") return channels(chat, word);
    if (command == "/set") return settings(chat, word);
    // Behind a name that Tab has completed there is nothing to complete yet.
    const bool wants_name =
        command == "/msg" || command == "/query" || command == "/whois" || command == "/ignore";
    if (word.empty() && !first && !wants_name) return {};
    return people(chat, {word, first ? ": " : " "}, word.starts_with('@') ? "@" : "", now);
}

}  // namespace natscreds::chat
