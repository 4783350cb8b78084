#include <natscreds/chat-client/view/window.h>

#include <algorithm>
#include <utility>

namespace natscreds::chat {
namespace {

bool rings(const News& news, Bell bell) {
    if (news.kind != NewsKind::said || news.line.own || news.line.kind == LineKind::notice) return false;
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

}  // namespace

Window::Window(Parts parts) : parts_(std::move(parts)), read_place_(parts_.chat.current().place()) {
    (void)editor_.insert(parts_.chat.current().draft());
}

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
            .folding = folding_,
            .now = parts_.clock.now(),
            .local_time = parts_.local_time};
}

Frame Window::frame() const {
    const Palette palette = palette_of(parts_.chat.self().settings);
    return draw(state(), size_, parts_.coloured ? palette : without_colours(palette));
}

std::string Window::title() const {
    std::size_t unread = 0;
    for (const Room& room : parts_.chat.rooms())
        unread += room.unread();
    const std::string count = unread == 0 ? "" : "(" + std::to_string(unread) + ") ";
    return count + parts_.chat.current().title() + " - nats-chat";
}

/// The rows for what was said; while one reads back, the lowest of the pane is a hint.
int Window::reading_height() const {
    return std::max(layout_of(size_, focus_).pane_height - 1, 1);
}

RoomRows Window::room_rows() const {
    return {parts_.chat.current(), line_layout(state(), layout_of(size_, focus_))};
}

/// In another room one begins at its end.
void Window::follow_room() {
    const Place& place = parts_.chat.current().place();
    if (place == read_place_) return;
    parts_.chat.keep_draft(read_place_, editor_.take());
    (void)editor_.insert(parts_.chat.current().draft());
    read_place_ = place;
    reading_.to_newest();
    folding_ = Folding::folded;
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
        reading_.show(*line, room_rows(), reading_height());
    } else {
        reading_ = searching.before;
    }
}

}  // namespace natscreds::chat
