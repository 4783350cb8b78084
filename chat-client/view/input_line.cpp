#include <natscreds/chat-client/view/input_line.h>

#include <algorithm>
#include <utility>

#include <ftxui/dom/node.hpp>
#include <ftxui/screen/screen.hpp>

#include <natscreds/chat-client/view/glyphs.h>

namespace natscreds::chat {
namespace {

/// Puts the terminal's cursor into a row.
class CursorNode final : public ftxui::Node {
  public:
    CursorNode(ftxui::Element inside, int cell) : Node({std::move(inside)}), cell_(cell) {}

    void ComputeRequirement() override {
        Node::ComputeRequirement();
        requirement_ = children_[0]->requirement();
    }
    void SetBox(ftxui::Box box) override {
        Node::SetBox(box);
        children_[0]->SetBox(box);
    }
    void Render(ftxui::Screen& screen) override {
        Node::Render(screen);
        const int x = std::min(box_.x_min + cell_, box_.x_max);
        screen.SetCursor({.x = x, .y = box_.y_min, .shape = ftxui::Screen::Cursor::Block});
    }

  private:
    int cell_;
};

std::string on_one_line(std::string_view text) {
    std::string line;
    for (const char c : text)
        line += c == '\n' ? "⏎" : std::string(1, c);
    return line;
}

}  // namespace

VisibleInput visible_input(const InputLine& line, int width) {
    std::string before = on_one_line(line.text.substr(0, line.cursor));
    const std::string after = on_one_line(line.text.substr(line.cursor));
    int cursor = cells_of(before);
    // One cell is the cursor's own, at the end of the text too.
    const std::string whole = before;
    for (const Glyph& glyph : glyphs_of(whole)) {
        if (cursor < width) break;
        before.erase(0, glyph.text.size());
        cursor -= glyph.cells;
    }
    return {.text = before + std::string(beginning_of(after, std::max(width - cursor, 0))), .cursor = cursor};
}

ftxui::Element input_line(const InputLine& line, int width, const Palette& palette) {
    const int prompt = cells_of(line.prompt);
    VisibleInput visible = visible_input(line, std::max(width - prompt, 1));
    Row row{{std::string(line.prompt), Ink::faint}, {std::move(visible.text)}};
    return std::make_shared<CursorNode>(rows({std::move(row)}, palette), prompt + visible.cursor);
}

}  // namespace natscreds::chat
