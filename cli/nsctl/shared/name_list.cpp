#include "shared/name_list.h"

#include <istream>
#include <iterator>
#include <string_view>
#include <system_error>
#include <utility>

#include <natscreds/base/file.h>

#include "errors.h"

namespace natscreds::nsctl {
namespace {

constexpr std::size_t max_list_bytes = 16 * 1024 * 1024;

base::Result<std::string> list_text(const Session& session, const std::string& file) {
    if (file != "-") return base::read_file(file, max_list_bytes);
    std::istream& in = session.world().in;
    std::string text;
    for (char next = 0; text.size() <= max_list_bytes && in.get(next);)
        text += next;
    if (text.size() <= max_list_bytes) return text;
    return base::Error{std::make_error_code(std::errc::file_too_large), file};
}

std::string_view without_blanks(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

base::Result<std::vector<ListedLine>> read_lines(const Session& session, const std::string& file) {
    const base::Result<std::string> text = list_text(session, file);
    if (!text) return text.error();
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    std::string_view rest = *text;
    if (rest.starts_with(byte_order_mark)) rest.remove_prefix(byte_order_mark.size());
    std::vector<ListedLine> lines;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = without_blanks(rest.substr(0, end));
        if (!line.empty() && line.front() != '#')
            lines.push_back({std::string(line), file + ":" + std::to_string(number)});
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
    if (lines.empty()) return base::Error{Errc::no_names, file};
    return lines;
}

base::Result<std::vector<accounts::ListedUser>> read_users(const Session& session, const std::string& file) {
    const auto lines = read_lines(session, file);
    if (!lines) return lines.error();
    std::vector<accounts::ListedUser> users;
    for (const ListedLine& line : *lines) {
        auto name = accounts::Name::parse(line.text);
        if (!name) return name.error().within(line.where);
        users.push_back({*std::move(name), line.where});
    }
    return users;
}

console::Option from_option(std::string& file, const std::string& content) {
    return {.names = "--from",
            .to = &file,
            .help = "a file with " + content + " a line; \"-\" for standard input",
            .takes = console::Takes::file};
}

}  // namespace natscreds::nsctl
