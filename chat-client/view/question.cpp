#include <natscreds/chat-client/view/question.h>

#include <algorithm>
#include <cstddef>

namespace natscreds::chat {
namespace {

/// "20 lines pasted: Enter sends, Esc discards"
std::string question(const PasteWarning& warning, std::ptrdiff_t lines) {
    const std::string how_many = lines == 1 ? "a long line pasted" : std::to_string(lines) + " lines pasted";
    const std::string lost =
        warning.lost == 0 ? "" : ", " + std::to_string(warning.lost) + " bytes more are cut off";
    if (warning.messages <= 1) return how_many + lost + ": Enter sends, Esc discards";
    return how_many + lost + ": Enter sends " + std::to_string(warning.messages) +
           " messages, for one is too short; Esc discards";
}

}  // namespace

std::vector<Row> paste_warning(const PasteWarning& warning, int max_rows) {
    const std::string& pasted = warning.text;
    const auto lines = 1 + std::ranges::count(pasted, '\n');
    std::vector<Row> rows{{{" " + question(warning, lines) + " ", Ink::warning}}};
    std::size_t begins = 0;
    while (begins <= pasted.size() && static_cast<int>(rows.size()) < max_rows) {
        const std::size_t ends = std::min(pasted.find('\n', begins), pasted.size());
        rows.push_back({{"│ ", Ink::faint}, {pasted.substr(begins, ends - begins)}});
        begins = ends + 1;
    }
    const auto hidden = lines + 1 - static_cast<std::ptrdiff_t>(rows.size());
    if (hidden > 0 && rows.size() > 1)
        rows.back() = {{"│ and " + std::to_string(hidden + 1) + " more", Ink::faint}};
    return rows;
}

Row leave_question() {
    return {{" Ctrl-C again to leave, any other key to stay ", Ink::warning}};
}

}  // namespace natscreds::chat
