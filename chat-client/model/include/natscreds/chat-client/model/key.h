#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include <natscreds/base/result.h>

namespace natscreds::chat {

/// A key that something can be bound to: "alt-down", "ctrl-r", "f1", "shift-page-up".
///
/// Shape:   ctrl-, alt- and shift- in this order, then a letter, a digit, a sign, or the name of a key.
/// Holds:   a terminal can send it, and it neither writes a letter nor is one of those that always mean the same
///          (Enter, Tab, Backspace, Escape, and what terminals send for them; Ctrl-C and Ctrl-Z).
class Key {
  public:
    /// Fails: Errc::bad_setting.
    [[nodiscard]] static base::Result<Key> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    auto operator<=>(const Key&) const = default;

  private:
    explicit Key(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace natscreds::chat
