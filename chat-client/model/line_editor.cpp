#include <natscreds/chat-client/model/line_editor.h>

#include <algorithm>
#include <utility>

#include <natscreds/chat-client/model/graphemes.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

bool is_space(std::string_view grapheme) {
    return grapheme == " " || grapheme == "\n";
}

bool is_no_space(std::string_view grapheme) {
    return !is_space(grapheme);
}

/// What is not ASCII counts as a letter: most of it is.
bool is_of_word(std::string_view grapheme) {
    const char c = grapheme.front();
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_of_no_word(std::string_view grapheme) {
    return !is_of_word(grapheme);
}

std::size_t last_grapheme(std::string_view text) {
    return text.empty() ? 0 : graphemes(text).back().size();
}

/// Terminals paste the end of a line as a carriage return.
std::string with_newlines(std::string_view pasted) {
    std::string text;
    for (std::size_t i = 0; i < pasted.size(); ++i) {
        if (pasted[i] == '\r' && i + 1 < pasted.size() && pasted[i + 1] == '\n') continue;
        text += pasted[i] == '\r' ? '\n' : pasted[i];
    }
    return text;
}

}  // namespace

bool LineEditor::insert(std::string_view text) {
    if (text.size() > max_bytes) return false;
    const std::string shown = harmless(with_newlines(text));
    if (text_.size() + shown.size() > max_bytes) return false;
    cutting_ = false;
    completion_.reset();
    replace({cursor_, cursor_}, shown);
    return true;
}

void LineEditor::apply(Edit edit) {
    const bool cut_before = std::exchange(cutting_, false);
    completion_.reset();
    switch (edit) {
        case Edit::left:
        case Edit::right:
        case Edit::word_left:
        case Edit::word_right:
        case Edit::home:
        case Edit::end:
            cursor_ = target(edit);
            break;
        case Edit::erase_left:
        case Edit::erase_right:
            replace(range_of(edit), "");
            break;
        case Edit::erase_word_left:
        case Edit::erase_word_right:
        case Edit::erase_to_start:
        case Edit::erase_to_end:
            if (!cut_before) cut_.clear();
            cut(range_of(edit));
            break;
        case Edit::yank:
            insert(std::string(cut_));
            break;
        case Edit::transpose:
            transpose();
            break;
        case Edit::older:
            if (steps_back_ < remembered_.size()) recall(steps_back_ + 1);
            break;
        case Edit::newer:
            if (steps_back_ > 0) recall(steps_back_ - 1);
            break;
    }
}

std::size_t LineEditor::target(Edit movement) const {
    const std::string_view text = text_;
    switch (movement) {
        case Edit::left:
            return cursor_ - last_grapheme(text.substr(0, cursor_));
        case Edit::right:
            return cursor_ == text.size() ? cursor_
                                          : cursor_ + graphemes(text.substr(cursor_)).front().size();
        case Edit::word_left:
            return back_while(is_of_word, back_while(is_of_no_word, cursor_));
        case Edit::word_right:
            return on_while(is_of_word, on_while(is_of_no_word, cursor_));
        case Edit::home:
            return 0;
        default:
            return text.size();
    }
}

std::size_t LineEditor::back_while(bool (*holds)(std::string_view), std::size_t from) const {
    const std::vector<std::string_view> before = graphemes(std::string_view(text_).substr(0, from));
    for (auto piece = before.rbegin(); piece != before.rend() && holds(*piece); ++piece)
        from -= piece->size();
    return from;
}

std::size_t LineEditor::on_while(bool (*holds)(std::string_view), std::size_t from) const {
    for (const std::string_view piece : graphemes(std::string_view(text_).substr(from))) {
        if (!holds(piece)) break;
        from += piece.size();
    }
    return from;
}

LineEditor::Range LineEditor::range_of(Edit erasure) const {
    switch (erasure) {
        case Edit::erase_left:
            return {target(Edit::left), cursor_};
        case Edit::erase_right:
            return {cursor_, target(Edit::right)};
        case Edit::erase_word_left:
            return {back_while(is_no_space, back_while(is_space, cursor_)), cursor_};
        case Edit::erase_word_right:
            return {cursor_, target(Edit::word_right)};
        case Edit::erase_to_start:
            return {0, cursor_};
        default:
            return {cursor_, text_.size()};
    }
}

void LineEditor::replace(Range range, std::string_view text) {
    text_.replace(range.from, range.to - range.from, text);
    const std::size_t end = range.from + text.size();
    // What stands there now may have grown together with what is beside it.
    cursor_ = 0;
    for (const std::string_view piece : graphemes(text_)) {
        if (cursor_ >= end) break;
        cursor_ += piece.size();
    }
}

void LineEditor::cut(Range range) {
    const std::string taken = text_.substr(range.from, range.to - range.from);
    cut_ = range.from < cursor_ ? taken + cut_ : cut_ + taken;
    cutting_ = true;
    replace(range, "");
}

/// At the end of the line the last two change places, elsewhere those on both sides of the cursor.
void LineEditor::transpose() {
    const std::size_t middle = cursor_ == text_.size() ? target(Edit::left) : cursor_;
    const std::size_t left = last_grapheme(std::string_view(text_).substr(0, middle));
    if (left == 0 || middle == text_.size()) return;
    const std::size_t right = graphemes(std::string_view(text_).substr(middle)).front().size();
    const std::string swapped = text_.substr(middle, right) + text_.substr(middle - left, left);
    replace({middle - left, middle + right}, swapped);
}

void LineEditor::recall(std::size_t steps_back) {
    if (steps_back_ == 0) draft_ = text_;
    steps_back_ = steps_back;
    text_ = steps_back == 0 ? draft_ : remembered_[steps_back - 1];
    cursor_ = text_.size();
}

void LineEditor::complete(const Completer& completer, Direction direction) {
    cutting_ = false;
    if (completion_) {
        Completion again = *std::exchange(completion_, std::nullopt);
        const std::size_t step = direction == Direction::next ? 1 : again.choices.size() - 1;
        again.chosen = (again.chosen + step) % again.choices.size();
        return choose(std::move(again));
    }
    const std::size_t word = back_while(is_no_space, cursor_);
    Completion found{.word = word, .choices = completer(text_.substr(0, cursor_)), .chosen = 0};
    if (found.choices.empty()) return;
    if (direction == Direction::previous) found.chosen = found.choices.size() - 1;
    found.choices.push_back(text_.substr(word, cursor_ - word));
    choose(std::move(found));
}

void LineEditor::choose(Completion completion) {
    const std::string choice = harmless(completion.choices[completion.chosen]);
    if (text_.size() + choice.size() > max_bytes) return;
    replace({completion.word, cursor_}, choice);
    // With a single choice there is nothing to go through: the next Tab completes what follows.
    const bool several = completion.choices.size() > 2;
    if (several) completion_ = std::move(completion);
}

std::string LineEditor::take() {
    cursor_ = 0;
    steps_back_ = 0;
    cutting_ = false;
    completion_.reset();
    return std::exchange(text_, {});
}

std::string LineEditor::submit() {
    std::string line = take();
    if (line.empty() || (!remembered_.empty() && remembered_.front() == line)) return line;
    remembered_.push_front(line);
    if (remembered_.size() > max_remembered) remembered_.pop_back();
    return line;
}

}  // namespace natscreds::chat
