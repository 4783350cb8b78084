#include <natscreds/chat-client/view/question.h>

#include <algorithm>
#include <cstddef>

namespace natscreds::chat {

std::vector<Row> paste_warning(const std::string& pasted, int most_rows) {
    const auto lines = 1 + std::ranges::count(pasted, '\n');
    std::vector<Row> rows{
        {{" " + std::to_string(lines) + " lines pasted: Enter sends, Esc discards ", Ink::warning}}};
    std::size_t begins = 0;
    while (begins <= pasted.size() && static_cast<int>(rows.size()) < most_rows) {
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
