#include <natscreds/cli/person/qr_code.h>

#include <memory>

#include <qrencode.h>

namespace natscreds::person {
namespace {

/// What a reader needs around it. Source: ISO/IEC 18004.
constexpr int margin = 4;

using Code = std::unique_ptr<QRcode, decltype(&QRcode_free)>;

bool is_dark(const QRcode& code, int row, int column) {
    const bool inside = row >= 0 && column >= 0 && row < code.width && column < code.width;
    return inside && (code.data[row * code.width + column] & 1) != 0;
}

const char* halves(bool upper, bool lower) {
    if (upper) return lower ? "█" : "▀";
    return lower ? "▄" : " ";
}

std::string line(const QRcode& code, int row) {
    std::string text = "\x1b[30;107m";
    for (int column = -margin; column < code.width + margin; ++column)
        text += halves(is_dark(code, row, column), is_dark(code, row + 1, column));
    return text + "\x1b[0m\n";
}

}  // namespace

std::string qr_code(const std::string& text, int columns) {
    const Code code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_L), &QRcode_free);
    if (!code || code->width + 2 * margin > columns) return "";
    std::string lines;
    for (int row = -margin; row < code->width + margin; row += 2)
        lines += line(*code, row);
    return lines;
}

}  // namespace natscreds::person
