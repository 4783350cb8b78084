// What each key does; the rest of a Window is in window.cpp.
#include <algorithm>
#include <array>
#include <utility>

#include <natscreds/base/match.h>
#include <natscreds/chat-client/model/command.h>
#include <natscreds/chat-client/model/completion.h>
#include <natscreds/chat-client/model/quick_switch.h>
#include <natscreds/chat-client/model/text.h>
#include <natscreds/chat-client/view/window.h>

namespace natscreds::chat {
namespace {

struct EditKey {
    std::string_view key;
    Edit edit;
};
/// readline's, and those that stand on the keys.
constexpr std::array edit_keys{
    EditKey{"left", Edit::left},
    EditKey{"ctrl-b", Edit::left},
    EditKey{"right", Edit::right},
    EditKey{"ctrl-f", Edit::right},
    EditKey{"ctrl-left", Edit::word_left},
    EditKey{"alt-left", Edit::word_left},
    EditKey{"alt-b", Edit::word_left},
    EditKey{"ctrl-right", Edit::word_right},
    EditKey{"alt-right", Edit::word_right},
    EditKey{"alt-f", Edit::word_right},
    EditKey{"home", Edit::home},
    EditKey{"ctrl-a", Edit::home},
    EditKey{"end", Edit::end},
    EditKey{"ctrl-e", Edit::end},
    EditKey{"backspace", Edit::erase_left},
    EditKey{"ctrl-h", Edit::erase_left},
    EditKey{"delete", Edit::erase_right},
    EditKey{"ctrl-d", Edit::erase_right},
    EditKey{"ctrl-w", Edit::erase_word_left},
    EditKey{"alt-backspace", Edit::erase_word_left},
    EditKey{"alt-d", Edit::erase_word_right},
    EditKey{"ctrl-u", Edit::erase_to_start},
    EditKey{"ctrl-k", Edit::erase_to_end},
    EditKey{"ctrl-y", Edit::yank},
    EditKey{"ctrl-t", Edit::transpose},
    EditKey{"up", Edit::older},
    EditKey{"down", Edit::newer},
};

std::optional<Action> action_of(const Settings& settings, std::string_view key) {
    for (std::size_t i = 0; i < action_names.size(); ++i) {
        if (settings.key_of(static_cast<Action>(i)).text() == key) return static_cast<Action>(i);
    }
    return std::nullopt;
}

std::string without_last_newlines(std::string text) {
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
}

}  // namespace

void Window::take(const Input& input) {
    std::visit(base::Match{[this](const KeyPress& key) { press(key); },
                           [this](const Text& text) { insert(text.text); },
                           [this](const Paste& pasted) { paste(pasted); }},
               input);
    follow_room();
    read_back();
}

/// Near the oldest line that is here, more is wanted.
void Window::read_back() {
    if (reading_.at_end()) return;
    const std::optional<Reading::Spot> lowest = reading_.lowest(room_rows());
    const auto screens = static_cast<std::size_t>(2 * reading_height());
    if (lowest && lowest->index < screens) parts_.chat.want_older();
}

void Window::insert(std::string_view text) {
    if (auto* const searching = std::get_if<Searching>(&focus_)) {
        if (searching->words.insert(text)) look_for(*searching);
        return;
    }
    if (auto* const switching = std::get_if<Switching>(&focus_)) {
        switching->chosen = 0;
        (void)switching->letters.insert(text);
        return;
    }
    if (std::holds_alternative<Pasted>(focus_)) return;
    if (!std::holds_alternative<Typing>(focus_)) {
        focus_ = Typing{};
        return;
    }
    (void)editor_.insert(text);
}

void Window::paste(const Paste& pasted) {
    std::string text = without_last_newlines(harmless(pasted.text));
    const bool typing_elsewhere =
        std::holds_alternative<Searching>(focus_) || std::holds_alternative<Switching>(focus_);
    if (typing_elsewhere) return insert(text);
    if (auto* const waiting = std::get_if<Pasted>(&focus_)) {
        const bool fits = waiting->text.size() + text.size() < KeyReader::max_waiting;
        if (fits) waiting->text += "\n" + text;
        waiting->lost += pasted.lost + (fits ? 0 : text.size());
        return;
    }
    const bool one_line = text.find('\n') == std::string::npos;
    if (one_line && pasted.lost == 0 &&
        editor_.text().size() + text.size() <= max_text_in(parts_.chat.current().place()))
        return insert(text);
    focus_ = Pasted{.text = std::move(text), .lost = pasted.lost};
}

void Window::press(const KeyPress& key) {
    if (key.name == "wheel-up" || key.name == "wheel-down") {
        constexpr int wheel_rows = 3;
        const int by = key.name == "wheel-up" ? -wheel_rows : wheel_rows;
        reading_.move(by, room_rows(), reading_height());
    } else if (key.name == "ctrl-z") {
        task_ = Task::suspend;
    } else if (std::holds_alternative<Typing>(focus_)) {
        press_while_typing(key.name);
    } else if (auto* const searching = std::get_if<Searching>(&focus_)) {
        press_while_searching(*searching, key.name);
    } else if (auto* const switching = std::get_if<Switching>(&focus_)) {
        press_while_switching(*switching, key.name);
    } else if (std::holds_alternative<Pasted>(focus_)) {
        press_while_pasted(key.name);
    } else {
        if (std::holds_alternative<Leaving>(focus_) && key.name == "ctrl-c") task_ = Task::leave;
        focus_ = Typing{};
    }
}

void Window::press_while_typing(const std::string& key) {
    if (key == "ctrl-c") return interrupt();
    if (key == "enter") return submit();
    // Where it has something to erase, Ctrl-K is readline's.
    const bool erases = key == "ctrl-k" && editor_.cursor() != editor_.text().size();
    if (erases && edit(key)) return;
    if (act(key) || go_to_room(key) || read_on(key)) return;
    edit(key);
}

/// Empties the line, as shells do; an empty one is left, after a question.
void Window::interrupt() {
    if (editor_.text().empty()) {
        focus_ = Leaving{};
        return;
    }
    editor_.apply(Edit::end);
    editor_.apply(Edit::erase_to_start);
}

bool Window::act(const std::string& key) {
    const std::optional<Action> action = action_of(parts_.chat.self().settings, key);
    if (action) act(*action);
    return action.has_value();
}

void Window::act(Action action) {
    switch (action) {
        case Action::next_channel:
            return step(1);
        case Action::previous_channel:
            return step(-1);
        case Action::next_unread:
            return to_next_unread();
        case Action::page_up:
            return reading_.move(1 - std::max(reading_height(), 2), room_rows(), reading_height());
        case Action::page_down:
            return reading_.move(std::max(reading_height(), 2) - 1, room_rows(), reading_height());
        case Action::oldest:
            return reading_.to_oldest(room_rows(), reading_height());
        case Action::newest:
            return reading_.to_newest();
        case Action::search:
            return search("");
        case Action::switch_room:
            focus_ = Switching{};
            return;
        case Action::unfold:
            folding_ = folding_ == Folding::folded ? Folding::open : Folding::folded;
            return;
        case Action::people:
            return parts_.type("/names");
        case Action::newline:
            return insert("\n");
        case Action::redraw:
            task_ = Task::redraw;
            return;
        case Action::help:
            focus_ = HelpShown{};
            return;
        case Action::leave:
            focus_ = Leaving{};
            return;
    }
}

/// Ctrl-N and Ctrl-P too, unless they are bound to something; Alt and a digit.
bool Window::go_to_room(const std::string& key) {
    if (key == "ctrl-n" || key == "ctrl-p") {
        step(key == "ctrl-n" ? 1 : -1);
        return true;
    }
    constexpr std::string_view alt = "alt-";
    if (key.size() != alt.size() + 1 || !key.starts_with(alt) || key.back() < '1' || key.back() > '9')
        return false;
    const auto index = static_cast<std::size_t>(key.back() - '1');
    if (index < parts_.chat.rooms().size()) parts_.chat.visit(Place(parts_.chat.rooms()[index].place()));
    return true;
}

/// Where there is no text to move in, Home, End and Esc move in what was said.
bool Window::read_on(const std::string& key) {
    if (key == "esc") parts_.chat.forget_answers();
    const bool at_end_of_text = editor_.cursor() == editor_.text().size();
    if (!reading_.at_end() && (key == "esc" || (key == "end" && at_end_of_text))) {
        reading_.to_newest();
        return true;
    }
    if (key != "home" || !editor_.text().empty()) return false;
    reading_.to_oldest(room_rows(), reading_height());
    return true;
}

bool Window::edit(const std::string& key) {
    if (key == "tab" || key == "shift-tab") {
        const auto completer = [this](std::string_view before) {
            return completions(parts_.chat, before, parts_.clock.now());
        };
        editor_.complete(completer,
                         key == "tab" ? LineEditor::Direction::next : LineEditor::Direction::previous);
        return true;
    }
    const auto* const found = std::ranges::find(edit_keys, key, &EditKey::key);
    if (found == edit_keys.end()) return false;
    editor_.apply(found->edit);
    return true;
}

void Window::submit() {
    const std::string line = editor_.submit();
    const base::Result<Command> command = parse_command(line);
    const auto* const wanted = command ? std::get_if<Search>(&*command) : nullptr;
    if (wanted != nullptr && !parts_.chat.keeps_history()) return search(wanted->words);
    reading_.to_newest();
    parts_.type(line);
}

void Window::press_while_pasted(const std::string& key) {
    if (key == "esc" || key == "ctrl-c") focus_ = Typing{};
    if (key != "enter") return;
    const std::string pasted = std::get<Pasted>(std::exchange(focus_, Typing{})).text;
    const std::size_t most = max_text_in(parts_.chat.current().place());
    if (editor_.text().size() + pasted.size() <= most && editor_.insert(pasted)) return submit();
    reading_.to_newest();
    const std::size_t cursor = editor_.cursor();
    const std::string typed = editor_.submit();
    const std::string whole = typed.substr(0, cursor) + pasted + typed.substr(cursor);
    for (const std::string_view part : parts_of(whole, most)) {
        // One line of a paste is no command.
        const bool like_command = part.starts_with('/') && part.find('\n') == std::string_view::npos;
        parts_.type(like_command ? "/" + std::string(part) : std::string(part));
    }
}

void Window::press_while_switching(Switching& switching, const std::string& key) {
    const std::vector<const Room*> like = places_like(parts_.chat, switching.letters.text());
    const bool again = action_of(parts_.chat.self().settings, key) == Action::switch_room;
    if (key == "esc" || key == "ctrl-c" || key == "ctrl-g") {
        focus_ = Typing{};
    } else if (key == "enter") {
        const std::size_t chosen = switching.chosen;
        focus_ = Typing{};
        if (chosen < like.size()) parts_.chat.visit(Place(like[chosen]->place()));
    } else if (again || key == "down" || key == "tab") {
        if (!like.empty()) switching.chosen = (switching.chosen + 1) % like.size();
    } else if (key == "up" || key == "shift-tab") {
        if (!like.empty()) switching.chosen = (switching.chosen + like.size() - 1) % like.size();
    } else if (const auto* const found = std::ranges::find(edit_keys, key, &EditKey::key);
               found != edit_keys.end()) {
        switching.chosen = 0;
        switching.letters.apply(found->edit);
    }
}

void Window::press_while_searching(Searching& searching, const std::string& key) {
    if (key == "enter") {
        focus_ = Typing{};
        return;
    }
    if (key == "esc" || key == "ctrl-c" || key == "ctrl-g") {
        reading_ = searching.before;
        focus_ = Typing{};
        return;
    }
    const bool again = action_of(parts_.chat.self().settings, key) == Action::search;
    if (again || key == "up") searching.finder.older();
    if (key == "down") searching.finder.newer();
    if (again || key == "up" || key == "down") return show_found(searching);
    const auto* const found = std::ranges::find(edit_keys, key, &EditKey::key);
    if (found == edit_keys.end()) return;
    searching.words.apply(found->edit);
    look_for(searching);
}

}  // namespace natscreds::chat
