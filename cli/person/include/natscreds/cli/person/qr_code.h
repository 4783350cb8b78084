#pragma once

#include <string>

namespace natscreds::person {

/// A QR code of a text as lines for a terminal: two of its rows in each, black on white, with a margin of four squares.
/// Empty where it would be wider than so many columns, or the text is too long for a QR code.
[[nodiscard]] std::string qr_code(const std::string& text, int columns);

}  // namespace natscreds::person
