#include "source_tree.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include <support/process.h>
#include <support/programs.h>

namespace natscreds::tree {

SourceTree this_tree() {
    const std::filesystem::path root = support::source_root();
    const support::Outcome listed = support::run({.argv = {"git", "-c", "core.quotePath=off", "ls-files",
                                                           "--cached", "--others", "--exclude-standard"},
                                                  .folder = root});
    if (listed.exit_code != 0) throw std::runtime_error("git ls-files failed: " + listed.err);
    SourceTree files;
    for (const std::string_view path : lines_of(listed.out)) {
        // A file that was removed but not yet from git's index is no longer ours.
        if (!std::filesystem::is_regular_file(root / path)) continue;
        files.push_back({std::string(path), support::read_text(root / path)});
    }
    return files;
}

std::string text_of(const SourceTree& files, std::string_view path) {
    const auto file = std::ranges::find(files, path, &SourceFile::path);
    return file == files.end() ? "" : file->text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
    return lines;
}

std::vector<Include> includes_of(const SourceFile& file) {
    constexpr std::string_view directive = "#include ";
    std::vector<Include> includes;
    int number = 0;
    for (const std::string_view line : lines_of(file.text)) {
        ++number;
        if (!line.starts_with(directive) || line.size() < directive.size() + 2) continue;
        const char opening = line[directive.size()];
        const std::string_view rest = line.substr(directive.size() + 1);
        const std::size_t end = rest.find(opening == '<' ? '>' : '"');
        includes.push_back(
            {.header = std::string(rest.substr(0, end)), .quoted = opening == '"', .line = number});
    }
    return includes;
}

std::string shown(const Findings& findings) {
    std::string text;
    for (const std::string& finding : findings)
        text += "\n" + finding;
    return text;
}

}  // namespace natscreds::tree
