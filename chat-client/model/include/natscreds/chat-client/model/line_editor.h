#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace natscreds::chat {

/// What a key does to the line that is being written, in readline's words.
enum class Edit {
    left,
    right,
    word_left,
    word_right,
    home,
    end,
    erase_left,
    erase_right,
    erase_word_left,   ///< Ctrl-W: back to a space
    erase_word_right,  ///< Alt-D
    erase_to_start,    ///< Ctrl-U
    erase_to_end,      ///< Ctrl-K
    yank,              ///< Ctrl-Y: what was erased by word or to an end, in one go
    transpose,         ///< Ctrl-T
    older,
    newer,
};

/// What the text before the cursor can become, the likeliest first: replacements of its last word.
using Completer = std::function<std::vector<std::string>(std::string_view before)>;

/// A line while it is written. It may contain newlines, when they were pasted.
///
/// Holds:   the text is harmless() and at most `max_bytes` long. The cursor stands between two graphemes, which
///          move and are erased whole. `max_remembered` lines are kept, never two alike one after the other.
class LineEditor {
  public:
    static constexpr std::size_t max_bytes = 16'384;
    static constexpr std::size_t max_remembered = 200;

    /// Inserts all of it, or nothing where it would be too long. Returns whether it did.
    bool insert(std::string_view text);
    void apply(Edit edit);

    /// Completes the word before the cursor. At once again: the next, or the one before, and after the last what
    /// had been typed.
    enum class Direction { next, previous };
    void complete(const Completer& completer, Direction direction);

    /// Returns the line, remembers it, and begins a new one.
    [[nodiscard]] std::string submit();
    /// The same, and nothing is remembered.
    [[nodiscard]] std::string take();

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// In bytes from the beginning of the text.
    [[nodiscard]] std::size_t cursor() const noexcept { return cursor_; }

  private:
    struct Range {
        std::size_t from;
        std::size_t to;
    };
    /// What a repeated Tab goes through: the last one is what had been typed.
    struct Completion {
        std::size_t word;
        std::vector<std::string> choices;
        std::size_t chosen;
    };

    [[nodiscard]] std::size_t target(Edit movement) const;
    [[nodiscard]] std::size_t back_while(bool (*holds)(std::string_view), std::size_t from) const;
    [[nodiscard]] std::size_t on_while(bool (*holds)(std::string_view), std::size_t from) const;
    [[nodiscard]] Range range_of(Edit erasure) const;
    void replace(Range range, std::string_view text);
    void cut(Range range);
    void transpose();
    void recall(std::size_t steps_back);
    void choose(Completion completion);

    std::string text_;
    std::size_t cursor_ = 0;
    std::string cut_;
    bool cutting_ = false;  ///< the last thing done was to cut: the next is added to it
    std::optional<Completion> completion_;
    std::deque<std::string> remembered_;  ///< the newest first
    std::size_t steps_back_ = 0;          ///< 0: the draft
    std::string draft_;
};

}  // namespace natscreds::chat
