#include <natscreds/chat-client/view/painter.h>

#include <cstddef>

namespace natscreds::chat {
namespace {

std::string go_to(int x, int y) {
    return "\x1b[" + std::to_string(y + 1) + ";" + std::to_string(x + 1) + "H";
}

// Terminals that know the synchronized update show it at once; others pass over these.
constexpr const char* begin_update = "\x1b[?2026h\x1b[?25l";
constexpr const char* end_update = "\x1b[?25h\x1b[?2026l";
constexpr const char* clear_screen = "\x1b[0m\x1b[2J";

}  // namespace

std::string Painter::paint(const Frame& frame) {
    if (frame == shown_) return "";
    const bool whole = frame.rows.size() != shown_.rows.size();
    std::string out = begin_update;
    if (whole) out += clear_screen;
    for (std::size_t y = 0; y < frame.rows.size(); ++y) {
        if (!whole && frame.rows[y] == shown_.rows[y]) continue;
        out += go_to(0, static_cast<int>(y)) + frame.rows[y];
    }
    shown_ = frame;
    return out + go_to(frame.cursor.x, frame.cursor.y) + end_update;
}

}  // namespace natscreds::chat
