#include <natscreds/chat-client/view/frame.h>

#include <natscreds/chat-client/model/graphemes.h>

namespace natscreds::chat {
namespace {

constexpr const char* clear_to_the_right = "\x1b[K";

/// ECMA-48, "select graphic rendition".
std::string style_of(const ftxui::Pixel& pixel) {
    std::string style = "\x1b[0";
    if (pixel.bold) style += ";1";
    if (pixel.dim) style += ";2";
    if (pixel.underlined) style += ";4";
    if (pixel.inverted) style += ";7";
    if (pixel.foreground_color != ftxui::Color()) style += ";" + pixel.foreground_color.Print(false);
    return style + "m";
}

bool looks_alike(const ftxui::Pixel& a, const ftxui::Pixel& b) {
    return a.bold == b.bold && a.dim == b.dim && a.underlined == b.underlined && a.inverted == b.inverted &&
           a.foreground_color == b.foreground_color;
}

bool is_blank(const ftxui::Pixel& pixel) {
    return (pixel.character == " " || pixel.character.empty()) && !pixel.inverted && !pixel.underlined;
}

int end_of_row(const ftxui::Screen& screen, int y) {
    int end = screen.dimx();
    while (end > 0 && is_blank(screen.PixelAt(end - 1, y)))
        --end;
    return end;
}

class RowWriter {
  public:
    void write(const ftxui::Pixel& pixel, int x) {
        if (pixel.character.empty()) return;
        if (misplaced_) out_ += "\x1b[" + std::to_string(x + 1) + "G";
        if (before_ == nullptr || !looks_alike(pixel, *before_)) set_style(style_of(pixel));
        before_ = &pixel;
        misplaced_ = !cells(pixel.character).certain;
        // Cells that the glyph leaves free on this terminal must not keep what was there before.
        if (misplaced_) out_ += clear_to_the_right;
        out_ += pixel.character;
    }

    std::string finish() {
        set_style("\x1b[0m");
        return std::move(out_);
    }

  private:
    void set_style(std::string style) {
        if (style == style_) return;
        out_ += style;
        style_ = std::move(style);
    }

    std::string out_;
    std::string style_ = "\x1b[0m";
    const ftxui::Pixel* before_ = nullptr;
    bool misplaced_ = false;
};

std::string row_of(const ftxui::Screen& screen, int y) {
    RowWriter writer;
    const int end = end_of_row(screen, y);
    for (int x = 0; x < end; ++x)
        writer.write(screen.PixelAt(x, y), x);
    // A full row leaves the cursor on its last cell, which must not be cleared.
    return end == screen.dimx() ? writer.finish() : writer.finish() + clear_to_the_right;
}

}  // namespace

Frame frame_of(const ftxui::Screen& screen) {
    Frame frame;
    for (int y = 0; y < screen.dimy(); ++y)
        frame.rows.push_back(row_of(screen, y));
    frame.cursor = {.x = screen.cursor().x, .y = screen.cursor().y};
    return frame;
}

}  // namespace natscreds::chat
