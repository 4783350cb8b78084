#include <natscreds/chat-client/view/window.h>

#include <algorithm>
#include <array>
#include <utility>

#include <natscreds/chat-client/model/completion.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

template <class... Cases>
struct Match : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Match(Cases...) -> Match<Cases...>;

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

bool rings(const News& news, Bell bell) {
    if (news.line.own || news.line.kind == LineKind::notice) return false;
    switch (bell) {
        case Bell::off:
            return false;
        case Bell::direct:
            return news.place.person.has_value();
        case Bell::mention:
            return news.line.mentions_me;
        case Bell::all:
            break;
    }
    return true;
}

std::string without_last_newlines(std::string text) {
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
}

}  // namespace

Window::Window(Parts parts) : parts_(std::move(parts)), read_place_(parts_.chat.current().place()) {}

void Window::resize(ScreenSize size) {
    // Whatever a terminal says, there is something to draw on, and it is not endless.
    size_ = {.width = std::clamp(size.width, 1, 1000), .height = std::clamp(size.height, 1, 1000)};
}

bool Window::catch_up() {
    follow_room();
    const Bell bell = parts_.chat.self().settings.bell();
    const std::vector<News> news = parts_.chat.take_news();
    return std::ranges::any_of(news, [&](const News& one) { return rings(one, bell); });
}

// ---- what is shown

ScreenState Window::state() const {
    return {.chat = parts_.chat,
            .link = parts_.link,
            .reading = reading_,
            .editor = editor_,
            .focus = focus_,
            .now = parts_.clock.now(),
            .local_time = parts_.local_time};
}

Frame Window::frame() const {
    const Palette palette = palette_of(parts_.chat.self().settings);
    return draw(state(), size_, parts_.coloured ? palette : without_colours(palette));
}

int Window::pane_height() const {
    return layout_of(size_, focus_).pane_height;
}

RoomRows Window::room_rows() const {
    return {parts_.chat.current(), line_layout(state(), layout_of(size_, focus_))};
}

/// In another room one begins at its end.
void Window::follow_room() {
    const Place& place = parts_.chat.current().place();
    if (place == read_place_) return;
    read_place_ = place;
    reading_.to_newest();
}

// ---- what comes from the keyboard

void Window::take(const Input& input) {
    std::visit(
        Match{[this](const KeyPress& key) { press(key); }, [this](const Text& text) { insert(text.text); },
              [this](const Paste& pasted) { paste(pasted.text); }},
        input);
    follow_room();
}

void Window::insert(std::string_view text) {
    if (auto* const searching = std::get_if<Searching>(&focus_)) {
        if (searching->words.insert(text)) look_for(*searching);
        return;
    }
    if (std::holds_alternative<Pasted>(focus_)) return;
    if (!std::holds_alternative<Typing>(focus_)) {
        focus_ = Typing{};
        return;
    }
    (void)editor_.insert(text);
}

void Window::paste(const std::string& text) {
    const std::string pasted = without_last_newlines(harmless(text));
    if (auto* const waiting = std::get_if<Pasted>(&focus_)) {
        waiting->text += "\n" + pasted;
    } else if (pasted.find('\n') == std::string::npos || std::holds_alternative<Searching>(focus_)) {
        insert(pasted);
    } else {
        focus_ = Pasted{pasted};
    }
}

void Window::press(const KeyPress& key) {
    if (key.name == "ctrl-z") {
        wish_ = Wish::suspend;
    } else if (std::holds_alternative<Typing>(focus_)) {
        press_while_typing(key.name);
    } else if (auto* const searching = std::get_if<Searching>(&focus_)) {
        press_while_searching(*searching, key.name);
    } else if (std::holds_alternative<Pasted>(focus_)) {
        press_while_pasted(key.name);
    } else {
        if (std::holds_alternative<Leaving>(focus_) && key.name == "ctrl-c") wish_ = Wish::leave;
        focus_ = Typing{};
    }
}

void Window::press_while_typing(const std::string& key) {
    if (key == "ctrl-c") return interrupt();
    if (key == "enter") return submit();
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
            return reading_.move(1 - std::max(pane_height(), 2), room_rows(), pane_height());
        case Action::page_down:
            return reading_.move(std::max(pane_height(), 2) - 1, room_rows(), pane_height());
        case Action::oldest:
            return reading_.to_oldest(room_rows(), pane_height());
        case Action::newest:
            return reading_.to_newest();
        case Action::search:
            return search("");
        case Action::people:
            return parts_.type("/names");
        case Action::newline:
            return insert("\n");
        case Action::redraw:
            wish_ = Wish::redraw;
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
    const bool at_end_of_text = editor_.cursor() == editor_.text().size();
    if (!reading_.at_end() && (key == "esc" || (key == "end" && at_end_of_text))) {
        reading_.to_newest();
        return true;
    }
    if (key != "home" || !editor_.text().empty()) return false;
    reading_.to_oldest(room_rows(), pane_height());
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
    if (wanted != nullptr) return search(wanted->words);
    reading_.to_newest();
    parts_.type(line);
}

void Window::press_while_pasted(const std::string& key) {
    if (key == "esc" || key == "ctrl-c") focus_ = Typing{};
    if (key != "enter") return;
    const std::string pasted = std::get<Pasted>(std::exchange(focus_, Typing{})).text;
    if (editor_.insert(pasted)) return submit();
    parts_.chat.notice("not sent: too long; send it in parts", parts_.clock.now());
}

// ---- other rooms

void Window::step(int by) {
    const auto count = static_cast<int>(parts_.chat.rooms().size());
    const auto current = static_cast<int>(&parts_.chat.current() - parts_.chat.rooms().data());
    const auto next = static_cast<std::size_t>((current + by + count) % count);
    parts_.chat.visit(Place(parts_.chat.rooms()[next].place()));
}

/// Those that speak of oneself first, then the next one in the list.
void Window::to_next_unread() {
    const auto& rooms = parts_.chat.rooms();
    const auto current = static_cast<std::size_t>(&parts_.chat.current() - rooms.data());
    const Room* best = nullptr;
    for (std::size_t i = 1; i < rooms.size(); ++i) {
        const Room& room = rooms[(current + i) % rooms.size()];
        if (room.unread() == 0) continue;
        if (best == nullptr || (best->mentions() == 0 && room.mentions() > 0)) best = &room;
    }
    if (best != nullptr) parts_.chat.visit(Place(best->place()));
}

// ---- search

void Window::search(std::string_view words) {
    Searching searching{.words = {}, .finder = {}, .before = reading_};
    (void)searching.words.insert(words);
    focus_ = std::move(searching);
    look_for(std::get<Searching>(focus_));
}

void Window::look_for(Searching& searching) {
    searching.finder.look_for(searching.words.text(), parts_.chat.current());
    show_found(searching);
}

void Window::show_found(const Searching& searching) {
    if (const auto line = searching.finder.line()) {
        reading_.show(*line, room_rows(), pane_height());
    } else {
        reading_ = searching.before;
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
