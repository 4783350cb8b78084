#include <natscreds/chat-client/view/rows.h>

#include <algorithm>
#include <utility>

#include <ftxui/dom/node.hpp>
#include <ftxui/screen/screen.hpp>

#include <natscreds/chat-client/view/glyphs.h>

namespace natscreds::chat {
namespace {

void paint(ftxui::Pixel& pixel, const Look& look) {
    pixel.bold = look.bold;
    pixel.dim = look.dim;
    pixel.inverted = look.inverted;
    pixel.underlined = look.underlined;
    if (look.colour)
        pixel.foreground_color = ftxui::Color(static_cast<ftxui::Color::Palette16>(*look.colour));
}

class RowsNode final : public ftxui::Node {
  public:
    RowsNode(std::vector<Row> rows, const Palette& palette) : rows_(std::move(rows)), palette_(palette) {}

    void ComputeRequirement() override {
        requirement_.min_y = static_cast<int>(rows_.size());
        for (const Row& row : rows_)
            requirement_.min_x = std::max(requirement_.min_x, cells_of(row));
    }

    void Render(ftxui::Screen& screen) override {
        int y = box_.y_min;
        for (const Row& row : rows_) {
            if (y > box_.y_max) return;
            draw(screen, row, y++);
        }
    }

  private:
    void draw(ftxui::Screen& screen, const Row& row, int y) const {
        int x = box_.x_min;
        for (const Span& span : row) {
            const Look& look = palette_[span.ink];
            for (const Glyph& glyph : glyphs_of(span.text)) {
                if (x + glyph.cells - 1 > box_.x_max) return;
                x = put(screen, glyph, look, {x, y});
            }
        }
    }

    struct Cell {
        int x;
        int y;
    };

    /// A glyph stands in its first cell; the others are empty, so that nothing else is drawn there.
    static int put(ftxui::Screen& screen, const Glyph& glyph, const Look& look, Cell at) {
        for (int i = 0; i < glyph.cells; ++i) {
            ftxui::Pixel& pixel = screen.PixelAt(at.x + i, at.y);
            paint(pixel, look);
            pixel.character = i == 0 ? std::string(glyph.text) : std::string();
        }
        return at.x + glyph.cells;
    }

    std::vector<Row> rows_;
    Palette palette_;
};

class BarNode final : public ftxui::Node {
  public:
    BarNode(ftxui::Element inside, const Look& look) : Node({std::move(inside)}), look_(look) {}

    void ComputeRequirement() override {
        Node::ComputeRequirement();
        requirement_ = children_[0]->requirement();
    }
    void SetBox(ftxui::Box box) override {
        Node::SetBox(box);
        children_[0]->SetBox(box);
    }
    void Render(ftxui::Screen& screen) override {
        for (int x = box_.x_min; x <= box_.x_max; ++x)
            paint(screen.PixelAt(x, box_.y_min), look_);
        Node::Render(screen);
    }

  private:
    Look look_;
};

}  // namespace

int cells_of(const Row& row) {
    int cells = 0;
    for (const Span& span : row)
        cells += cells_of(span.text);
    return cells;
}

ftxui::Element rows(std::vector<Row> rows, const Palette& palette) {
    return std::make_shared<RowsNode>(std::move(rows), palette);
}

ftxui::Element bar(Row row, Ink ground, const Palette& palette) {
    return std::make_shared<BarNode>(rows({std::move(row)}, palette), palette[ground]);
}

}  // namespace natscreds::chat
