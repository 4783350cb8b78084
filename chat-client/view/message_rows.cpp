#include <natscreds/chat-client/view/message_rows.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <natscreds/chat-client/model/shown.h>
#include <natscreds/chat-client/view/glyphs.h>
#include <natscreds/chat-client/view/wrap.h>

namespace natscreds::chat {
namespace {

constexpr int aligned_from_width = 50;
constexpr int time_cells = 6;  // "12:34 "
constexpr int mark_cells = 2;

std::string formatted(const std::tm& time, const char* format) {
    std::array<char, 64> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &time)};
}

/// "Tuesday, 3 November 2026"
std::string date(const std::tm& day) {
    return formatted(day, "%A, ") + std::to_string(day.tm_mday) + formatted(day, " %B %Y");
}

/// How wide the column of names is; 0 where there is none.
int name_cells(int width) {
    return width < aligned_from_width ? 0 : std::clamp(width / 6, 8, 16);
}

Ink ink_of(const Line& line) {
    return line.own ? Ink::own : ink_of(line.author);
}

/// Who speaks, with what stands between that and the text.
Row speaker(const Line& line) {
    switch (line.kind) {
        case LineKind::notice:
            return {{"--", Ink::faint}};
        case LineKind::action:
            return {{"* ", Ink::plain}, {shown(line.author), ink_of(line)}};
        case LineKind::message:
            break;
    }
    Row row{{shown(line.author), ink_of(line)}};
    if (line.plain) row.push_back({" (plain)", Ink::alarm});
    row.push_back({":", Ink::faint});
    return row;
}

Span mark(const Line& line) {
    if (line.was_read) return {"✓✓", Ink::faint};
    switch (line.delivery) {
        case Delivery::pending:
            return {"… ", Ink::faint};
        case Delivery::sent:
            return {"✓ ", Ink::faint};
        case Delivery::failed:
            return {"✗ ", Ink::alarm};
        case Delivery::received:
            break;
    }
    return {"  ", Ink::plain};
}

Ink text_ink(const Line& line, const LineLayout& layout) {
    if (layout.found == line.number) return Ink::found;
    if (line.kind == LineKind::notice) return Ink::notice;
    if (line.delivery == Delivery::failed) return Ink::alarm;
    return line.mentions_me ? Ink::mention : Ink::plain;
}

/// All of a row that comes before the text.
Row beginning(const Line& line, const LineLayout& layout) {
    const int names = name_cells(layout.width);
    Row row{{formatted(layout.local_time(line.at), "%H:%M "), Ink::faint}};
    if (names > 0 || line.own) row.push_back(mark(line));
    Row who = speaker(line);
    const int gap = std::max(names - cells_of(who), 0);
    row.push_back({std::string(static_cast<std::size_t>(gap), ' ')});
    std::ranges::move(who, std::back_inserter(row));
    row.push_back({" "});
    return row;
}

/// What stands for the message now.
std::string text_of(const Line& line) {
    if (line.deleted) return "(deleted)";
    return line.text + (line.revision > 0 ? " (edited)" : "");
}

/// Who was replied to, and the beginning of what they said; in one row.
Row reply_row(const Line* about, int width, int indent) {
    const std::string what = about != nullptr ? shown(*about) : "a message that is not here";
    const std::vector<std::string_view> pieces = wrap(what, {std::max(width - indent - 3, 1), 1});
    return {{std::string(static_cast<std::size_t>(indent), ' ')},
            {"↪ " + std::string(pieces.front()) + (pieces.size() > 1 ? "…" : ""), Ink::faint}};
}

Row reactions_row(const std::vector<Reactions::Count>& counts, int indent) {
    Row row{{std::string(static_cast<std::size_t>(indent), ' ')}};
    for (const Reactions::Count& count : counts)
        row.push_back({count.sign + " " + std::to_string(count.people) + "  ", Ink::faint});
    return row;
}

int hanging_indent(int width) {
    const int names = name_cells(width);
    return names > 0 ? time_cells + mark_cells + names + 1 : time_cells;
}

}  // namespace

Ink ink_of(const Author& author) {
    if (author.pinning == Pinning::changed || author.standing == Standing::bad) return Ink::alarm;
    return author.standing == Standing::verified ? Ink::verified : Ink::unknown;
}

std::vector<Row> message_rows(const Line& line, const LineLayout& layout) {
    Row row = beginning(line, layout);
    const int indent = hanging_indent(layout.width);
    const Widths widths{.first = std::max(layout.width - cells_of(row), 1),
                        .others = std::max(layout.width - indent, 1)};
    std::vector<Row> rows;
    const std::string text = text_of(line);
    const std::vector<std::string_view> pieces = wrap(text, widths);
    // What a search is at is shown, wherever in the message it stands.
    const bool folded = pieces.size() > max_rows && !layout.unfold_key.empty() && layout.found != line.number;
    const std::size_t shown_rows = folded ? folded_rows : pieces.size();
    const Row below{{std::string(static_cast<std::size_t>(indent), ' ')}};
    for (std::size_t i = 0; i < shown_rows; ++i) {
        row.push_back({std::string(pieces[i]), text_ink(line, layout)});
        rows.push_back(std::exchange(row, below));
    }
    if (!folded) return rows;
    row.push_back({"… and " + std::to_string(pieces.size() - shown_rows) +
                       " more rows: " + layout.unfold_key + " shows them",
                   Ink::faint});
    rows.push_back(std::move(row));
    return rows;
}

Row rule(const std::string& text, Ink ink, int width) {
    const int rest = std::max(width - cells_of(text) - 2, 0);
    const auto dashes = [](int count) {
        std::string line;
        for (int i = 0; i < count; ++i)
            line += "─";
        return line;
    };
    return {{dashes(rest / 2) + " " + text + " " + dashes(rest - rest / 2), ink}};
}

bool RoomRows::begins_day(std::size_t index) const {
    if (index == 0) return true;
    const std::tm day = layout_.local_time(room_.lines()[index].at);
    const std::tm before = layout_.local_time(room_.lines()[index - 1].at);
    return day.tm_yday != before.tm_yday || day.tm_year != before.tm_year;
}

std::vector<Row> RoomRows::block(std::size_t index) const {
    const Line& line = room_.lines()[index];
    std::vector<Row> rows;
    if (begins_day(index)) rows.push_back(rule(date(layout_.local_time(line.at)), Ink::faint, layout_.width));
    if (room_.unread_from() == line.number) rows.push_back(rule("unread", Ink::alarm, layout_.width));
    const int indent = hanging_indent(layout_.width);
    if (line.reply_to && !line.deleted)
        rows.push_back(reply_row(room_.find(*line.reply_to), layout_.width, indent));
    std::ranges::move(message_rows(line, layout_), std::back_inserter(rows));
    const std::vector<Reactions::Count> counts = line.reactions.counts();
    if (!counts.empty()) rows.push_back(reactions_row(counts, indent));
    return rows;
}

}  // namespace natscreds::chat
