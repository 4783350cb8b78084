#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace natscreds::chat {

/// A key by its name: "enter", "tab", "backspace", "delete", "insert", "esc", "up", "down", "left", "right", "home",
/// "end", "page-up", "page-down", "f1" to "f12", the mouse's "wheel-up" and "wheel-down", a letter or sign; with "ctrl-", "alt-" and "shift-" before it, in
/// this order: "ctrl-n", "alt-1", "ctrl-left".
struct KeyPress {
    std::string name;
    bool operator==(const KeyPress&) const = default;
};
/// What was typed that is not a key of its own, as it came: UTF-8, if the terminal sends that.
struct Text {
    std::string text;
    bool operator==(const Text&) const = default;
};
/// What was pasted (bracketed paste), as it came, its line ends as "\n".
struct Paste {
    std::string text;
    std::size_t lost = 0;  ///< bytes behind it that were too many
    bool operator==(const Paste&) const = default;
};
using Input = std::variant<KeyPress, Text, Paste>;

/// Reads what a terminal sends.
///
/// Holds:   whatever comes, in whatever pieces, at most `max_waiting` bytes wait for their end: a longer paste is
///          cut there. A sequence that nobody knows is passed over.
/// Source:  xterm's control sequences; "xterm keys" for modifiers.
class KeyReader {
  public:
    static constexpr std::size_t max_waiting = 65'536;

    [[nodiscard]] std::vector<Input> read(std::string_view bytes);

    /// An Esc has come, and it is not known yet whether it begins something: if nothing follows within a moment,
    /// it was the key.
    [[nodiscard]] bool waits_after_escape() const noexcept {
        return !pasting_ && waiting_.starts_with('\x1b');
    }
    /// Nothing followed.
    [[nodiscard]] std::vector<Input> take_escape();

  private:
    [[nodiscard]] std::size_t take_one(std::vector<Input>& inputs);
    void paste_more(std::string_view bytes);

    std::string waiting_;
    bool pasting_ = false;
    std::string pasted_;
    std::size_t lost_ = 0;  ///< of what is pasted
};

}  // namespace natscreds::chat
