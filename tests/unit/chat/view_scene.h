#pragma once

#include <ctime>
#include <string>

#include <ftxui/screen/screen.hpp>

#include <natscreds/chat-client/view/window.h>
#include <support/fakes.h>

namespace natscreds::chat {

/// Cells as text: a line for each row, without the spaces at its end.
inline std::string text_of(const ftxui::Screen& screen) {
    std::string text;
    for (int y = 0; y < screen.dimy(); ++y) {
        std::string row;
        for (int x = 0; x < screen.dimx(); ++x)
            row += screen.at(x, y);
        text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

inline std::string text_of(const ftxui::Element& element, ScreenSize size) {
    ftxui::Screen screen(size.width, size.height);
    ftxui::Render(screen, element);
    return text_of(screen);
}

inline std::string text_of(const Row& row) {
    std::string text;
    for (const Span& span : row)
        text += span.text;
    return text;
}

inline std::tm utc(base::Time time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return parts;
}

inline nkeys::PublicKey numbered_key(nkeys::Kind kind, std::uint8_t number) {
    return nkeys::PublicKey::create(kind, {number});
}

/// A chat of "me" on a screen. It begins on Tuesday, 14 November 2023, at 22:13 UTC.
struct ViewScene {
    support::FakeClock clock;
    Chat chat{{.self = numbered_key(nkeys::Kind::user, 1), .name = "me"}};
    Link link{.connected = true, .server = "west:4222", .region = "", .tls = false};
    Window window{{.chat = chat,
                   .link = link,
                   .type = [this](std::string_view line) { chat.type(line, clock.now()); },
                   .clock = clock,
                   .local_time = utc,
                   .coloured = false}};
    ScreenSize size{.width = 80, .height = 24};
    int heard = 0;

    explicit ViewScene(ScreenSize of = {.width = 80, .height = 24}) : size(of) { window.resize(of); }

    Message message(MessageKind kind, const std::string& name) {
        return {.kind = kind,
                .sender = numbered_key(nkeys::Kind::user, static_cast<std::uint8_t>(name.front())),
                .issued_at = clock.now(),
                .name = name,
                .id = std::to_string(++heard)};
    }
    void posts(const std::string& name, const std::string& text, const std::string& channel = "KUBECON") {
        Message post = message(MessageKind::post, name);
        post.channel = channel;
        post.text = text;
        chat.hear(post, clock.now());
    }
    void writes(const std::string& name, const std::string& text) {
        Message direct = message(MessageKind::direct, name);
        direct.text = text;
        chat.hear(direct, clock.now());
    }
    void appears(const std::string& name) { chat.hear(message(MessageKind::presence, name), clock.now()); }

    void type(const std::string& text) { window.take(Text{text}); }
    void press(const std::string& key) { window.take(KeyPress{key}); }

    /// What a terminal would show of the frame, which has no colours here.
    std::string screen() {
        (void)window.catch_up();
        std::string text;
        for (const std::string& row : window.frame().rows)
            text += without_escapes(row) + "\n";
        return text;
    }

    static std::string without_escapes(const std::string& row) {
        std::string text;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (row[i] != '\x1b') {
                text += row[i];
            } else {
                i = row.find_first_of("mKG", i);
            }
        }
        return text.substr(0, text.find_last_not_of(' ') + 1);
    }
};

}  // namespace natscreds::chat
