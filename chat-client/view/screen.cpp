#include <natscreds/chat-client/view/screen.h>

#include <algorithm>
#include <utility>

#include <natscreds/chat-client/model/quick_switch.h>
#include <natscreds/chat-client/model/text.h>
#include <natscreds/chat-client/view/channel_list.h>
#include <natscreds/chat-client/view/help.h>
#include <natscreds/chat-client/view/input_line.h>
#include <natscreds/chat-client/view/people_list.h>
#include <natscreds/chat-client/view/question.h>
#include <natscreds/chat-client/view/status_line.h>
#include <natscreds/chat-client/view/title_line.h>

namespace natscreds::chat {
namespace {

using ftxui::Element;

constexpr int list_from_width = 60;
constexpr int max_paste_rows = 8;

/// A screen while it is put together.
class Composer {
  public:
    Composer(const ScreenState& state, ScreenSize size, const Palette& palette)
        : state_(state), size_(size), palette_(palette), layout_(layout_of(size, state.focus)) {}

    Element whole() {
        return ftxui::vbox({title(), middle() | ftxui::size(ftxui::HEIGHT, ftxui::EQUAL, layout_.pane_height),
                            status(), bottom()});
    }

  private:
    Element title() const {
        const RoomList list = layout_.list_width > 0 ? RoomList::shown : RoomList::hidden;
        return bar(title_line(state_.chat, state_.now, list), Ink::title, palette_);
    }

    Element middle() const {
        Element content = this->content();
        content = std::move(content) | ftxui::size(ftxui::WIDTH, ftxui::EQUAL, layout_.pane_width);
        if (layout_.list_width == 0) return content;
        return ftxui::hbox({lists(), rule_between(), std::move(content)});
    }

    Element content() const {
        if (std::holds_alternative<HelpShown>(state_.focus))
            return help(state_.chat.self().settings, palette_);
        const auto* const switching = std::get_if<Switching>(&state_.focus);
        return switching != nullptr ? places(*switching) : pane();
    }

    /// As many as fit, with the chosen one among them.
    Element places(const Switching& switching) const {
        const std::vector<const Room*> like = places_like(state_.chat, switching.letters.text());
        const auto height = static_cast<std::size_t>(std::max(layout_.pane_height, 1));
        const std::size_t chosen = std::min(switching.chosen, std::max<std::size_t>(like.size(), 1) - 1);
        std::vector<Row> entries;
        for (std::size_t i = chosen < height ? 0 : chosen - height + 1; i < like.size(); ++i) {
            const std::string unread =
                like[i]->unread() == 0 ? "" : "  " + std::to_string(like[i]->unread()) + " unread";
            const Ink ink = like[i]->unread() == 0 ? Ink::plain : Ink::unread;
            entries.push_back({{(i == chosen ? "> " : "  ") + like[i]->title() + unread,
                                i == chosen ? Ink::selected : ink}});
        }
        if (like.empty())
            entries.push_back({{"  nothing open is called so: /join opens a channel", Ink::faint}});
        return rows(std::move(entries), palette_);
    }

    Element lists() const {
        const int all = layout_.pane_height;
        const int rooms = std::min(static_cast<int>(state_.chat.rooms().size()), std::max(all - 3, all / 2));
        Element channels = channel_list(state_.chat, {layout_.list_width, rooms, state_.now}, palette_);
        Element people =
            people_list(state_.chat.people(), {layout_.list_width, all - rooms - 1, state_.now}, palette_);
        return ftxui::vbox({std::move(channels), rows({Row{}}, palette_), std::move(people)}) |
               ftxui::size(ftxui::WIDTH, ftxui::EQUAL, layout_.list_width);
    }

    Element rule_between() const {
        const std::vector<Row> lines(static_cast<std::size_t>(std::max(layout_.pane_height, 0)),
                                     Row{{"│", Ink::faint}});
        return rows(lines, palette_);
    }

    Element pane() const {
        return message_pane({.room = state_.chat.current(),
                             .reading = state_.reading,
                             .layout = line_layout(state_, layout_),
                             .height = layout_.pane_height},
                            palette_);
    }

    Element status() const {
        const StatusLine status{.link = state_.link,
                                .name = state_.chat.self().name,
                                .pending = state_.chat.pending(),
                                .now = state_.now};
        return bar(status_line(status, size_.width), Ink::status, palette_);
    }

    Element bottom() const {
        if (std::holds_alternative<Leaving>(state_.focus)) return rows({leave_question()}, palette_);
        if (const auto* const pasted = std::get_if<Pasted>(&state_.focus))
            return rows(
                paste_warning(
                    {.text = pasted->text,
                     .messages = parts_of(pasted->text, max_text_in(state_.chat.current().place())).size(),
                     .lost = pasted->lost},
                    layout_.bottom_height),
                palette_);
        if (const auto* const searching = std::get_if<Searching>(&state_.focus)) return search(*searching);
        if (const auto* const switching = std::get_if<Switching>(&state_.focus))
            return input("go to: ", switching->letters);
        return input("> ", state_.editor);
    }

    Element search(const Searching& searching) const {
        const std::string position = searching.finder.position();
        return input("search" + (position.empty() ? "" : " (" + position + ")") + ": ", searching.words);
    }

    Element input(const std::string& prompt, const LineEditor& editor) const {
        return input_line({.prompt = prompt, .text = editor.text(), .cursor = editor.cursor()}, size_.width,
                          palette_);
    }

    const ScreenState& state_;
    ScreenSize size_;
    const Palette& palette_;
    ScreenLayout layout_;
};

}  // namespace

ScreenLayout layout_of(ScreenSize size, const Focus& focus) {
    ScreenLayout layout{.list_width = 0, .pane_width = size.width, .pane_height = 0, .bottom_height = 1};
    if (size.width >= list_from_width) {
        layout.list_width = std::clamp(size.width / 5, 16, 24);
        layout.pane_width = size.width - layout.list_width - 1;
    }
    if (const auto* const pasted = std::get_if<Pasted>(&focus)) {
        const int lines = static_cast<int>(std::ranges::count(pasted->text, '\n')) + 2;
        layout.bottom_height = std::clamp(std::min(lines, size.height / 2), 1, max_paste_rows);
    }
    layout.pane_height = std::max(size.height - 2 - layout.bottom_height, 0);
    return layout;
}

LineLayout line_layout(const ScreenState& state, const ScreenLayout& layout) {
    LineLayout lines{.width = layout.pane_width, .local_time = state.local_time};
    if (state.folding == Folding::folded)
        lines.unfold_key = state.chat.settings().key_of(Action::unfold).text();
    if (const auto* const searching = std::get_if<Searching>(&state.focus))
        lines.found = searching->finder.line();
    return lines;
}

Element screen(const ScreenState& state, ScreenSize size, const Palette& palette) {
    return Composer(state, size, palette).whole();
}

Frame draw(const ScreenState& state, ScreenSize size, const Palette& palette) {
    ftxui::Screen cells(size.width, size.height);
    cells.SetCursor({.x = 0, .y = size.height - 1, .shape = ftxui::Screen::Cursor::Block});
    ftxui::Render(cells, screen(state, size, palette));
    return frame_of(cells);
}

}  // namespace natscreds::chat
