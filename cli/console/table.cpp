#include <natscreds/cli/console/table.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace natscreds::console {
namespace {

using Widths = std::vector<std::size_t>;

/// Beside a cell: a bar and a blank before it, and a blank behind it.
constexpr std::size_t frame_per_column = 3;

std::string rule(const Widths& widths) {
    std::string line;
    for (const std::size_t width : widths)
        line.append("+").append(width + 2, '-');
    return line + "+\n";
}

std::string padded(const std::string& cell, std::size_t width) {
    return cell + std::string(width - display_width(cell), ' ');
}

std::string row_text(const std::vector<std::string>& cells, const Widths& widths) {
    std::string line;
    for (std::size_t i = 0; i < widths.size(); ++i)
        line.append("| ").append(padded(i < cells.size() ? cells[i] : "", widths[i])).append(" ");
    return line + "|\n";
}

/// Between the outermost bars.
std::size_t inner_width(const Widths& widths) {
    return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + frame_per_column * widths.size() -
           1;
}

std::string title_text(const std::string& title, const Widths& widths) {
    const std::size_t inner = inner_width(widths);
    const std::size_t blank = inner - display_width(title);
    return "+" + std::string(inner, '-') + "+\n|" + std::string(blank / 2, ' ') + title +
           std::string(blank - blank / 2, ' ') + "|\n";
}

}  // namespace

void Table::add_row(std::vector<std::string> cells) {
    lines_.emplace_back(std::move(cells));
}

void Table::add_separator() {
    lines_.emplace_back(Separator{});
}

std::vector<std::size_t> Table::column_widths() const {
    Widths widths(1);
    for (const auto& line : lines_) {
        const Row* const row = std::get_if<Row>(&line);
        if (row == nullptr) continue;
        widths.resize(std::max(widths.size(), row->size()));
        for (std::size_t i = 0; i < row->size(); ++i)
            widths[i] = std::max(widths[i], display_width((*row)[i]));
    }
    const std::size_t title = title_.empty() ? 0 : display_width(title_) + 2;
    const std::size_t inner = inner_width(widths);
    if (title > inner) widths.back() += title - inner;
    return widths;
}

std::string Table::text() const {
    const Widths widths = column_widths();
    std::string text = title_.empty() ? "" : title_text(title_, widths);
    text += rule(widths);
    for (const auto& line : lines_) {
        const Row* const row = std::get_if<Row>(&line);
        text += row != nullptr ? row_text(*row, widths) : rule(widths);
    }
    return text + rule(widths);
}

}  // namespace natscreds::console
