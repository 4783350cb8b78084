#include <natscreds/chat-client/model/key.h>

#include <algorithm>
#include <array>

#include <natscreds/chat-client/model/errc.h>

namespace natscreds::chat {
namespace {

using namespace std::string_view_literals;

constexpr std::array movements{"up"sv,  "down"sv,    "left"sv,      "right"sv,  "home"sv,
                               "end"sv, "page-up"sv, "page-down"sv, "insert"sv, "delete"sv};
constexpr std::array functions{"f1"sv, "f2"sv, "f3"sv, "f4"sv,  "f5"sv,  "f6"sv,
                               "f7"sv, "f8"sv, "f9"sv, "f10"sv, "f11"sv, "f12"sv};

/// Backspace, Tab, newline and Enter to a terminal; to end and to stop.
constexpr std::string_view reserved_with_ctrl = "hijmcz";

struct KeyParts {
    bool ctrl;
    bool alt;
    bool shift;
    std::string_view key;
};

bool take(std::string_view& text, std::string_view beginning) {
    // "alt--" is the sign "-": what remains must not be empty.
    if (!text.starts_with(beginning) || text.size() == beginning.size()) return false;
    text.remove_prefix(beginning.size());
    return true;
}

KeyParts split_key(std::string_view text) {
    KeyParts parts{};
    parts.ctrl = take(text, "ctrl-");
    parts.alt = take(text, "alt-");
    parts.shift = take(text, "shift-");
    parts.key = text;
    return parts;
}

bool is_bindable(const KeyParts& parts) {
    const std::string_view key = parts.key;
    if (std::ranges::find(movements, key) != movements.end())
        return parts.ctrl || parts.alt || parts.shift || key.starts_with("page");
    if (std::ranges::find(functions, key) != functions.end()) return true;
    if (key == "enter") return parts.alt && !parts.ctrl && !parts.shift;
    if (key.size() != 1 || key[0] <= ' ' || key[0] > '~' || parts.shift) return false;
    if (!parts.ctrl) return parts.alt;
    return key[0] >= 'a' && key[0] <= 'z' &&
           (parts.alt || reserved_with_ctrl.find(key[0]) == std::string_view::npos);
}

}  // namespace

base::Result<Key> Key::parse(std::string_view text) {
    if (is_bindable(split_key(text))) return Key(std::string(text));
    return base::Error{Errc::bad_setting, R"(expected a key such as "alt-down", "ctrl-r", "alt-n" or "f5")"};
}

}  // namespace natscreds::chat
