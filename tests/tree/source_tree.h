#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace natscreds::tree {

/// A file of a source tree; its path starts at the tree's root.
struct SourceFile {
    std::string path;
    std::string text;

    [[nodiscard]] bool below(std::string_view folder) const {
        return path.starts_with(std::string(folder) + "/");
    }
    [[nodiscard]] bool is_header() const { return path.ends_with(".h"); }
    [[nodiscard]] bool is_cpp() const { return is_header() || path.ends_with(".cpp"); }

    /// A header that others may include.
    [[nodiscard]] bool is_public_header() const {
        return is_header() && path.find("/include/natscreds/") != std::string::npos;
    }
};

using SourceTree = std::vector<SourceFile>;

/// A rule broken: "base/file.h:3: what is wrong and what to do".
using Findings = std::vector<std::string>;

/// The files of this project: what git keeps, and what it would take if asked now.
[[nodiscard]] SourceTree this_tree();

/// The text of the file with that path; empty when there is none.
[[nodiscard]] std::string text_of(const SourceTree& files, std::string_view path);

struct Include {
    std::string header;  ///< what stands between the angle brackets or the quotes
    bool quoted;
    int line;
};

[[nodiscard]] std::vector<Include> includes_of(const SourceFile& file);
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

/// The findings as one text, empty if there are none: for CHECK(shown(findings) == "").
[[nodiscard]] std::string shown(const Findings& findings);

}  // namespace natscreds::tree
