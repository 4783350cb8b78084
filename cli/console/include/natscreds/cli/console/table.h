#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace natscreds::console {

/// A table in a frame, as nsc prints them.
///
/// Shape:   +-------------+
///          |    Title    |     in the middle; left out when there is none
///          +------+------+
///          | Name | Key  |     add_row(), then add_separator()
///          +------+------+
///          | a    | b    |
///          +------+------+
/// Holds:   a column is as wide as its widest cell on a screen: UTF-8 counted in columns, escape sequences
///          not at all. A row with fewer cells than columns is filled with empty ones. Where the title is
///          wider than all columns, the last column is widened.
/// Source:  nsc's output (xlab/tablewriter).
class Table {
  public:
    explicit Table(std::string title = "") : title_(std::move(title)) {}

    void add_row(std::vector<std::string> cells);
    void add_separator();

    /// The lines, each ending in a newline.
    [[nodiscard]] std::string text() const;

  private:
    using Row = std::vector<std::string>;
    struct Separator {};

    [[nodiscard]] std::vector<std::size_t> column_widths() const;

    std::string title_;
    std::vector<std::variant<Row, Separator>> lines_;
};

/// How many columns of a screen the text takes: 2 for wide characters, 0 for combining ones and for escape
/// sequences, 1 for each byte that is not UTF-8.
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace natscreds::console
