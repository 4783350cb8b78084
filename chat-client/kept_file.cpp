#include "kept_file.h"

#include <utility>

#include <natscreds/base/file.h>

namespace natscreds::chat {

std::filesystem::path kept_path(const std::filesystem::path& folder, const std::string& community,
                                const nkeys::PublicKey& self, std::string_view ending) {
    if (folder.empty()) return {};
    return folder / (community + "." + self.text() + "." + std::string(ending));
}

bool is_not_kept(const base::Error& error) {
    return error.code == std::errc::no_such_file_or_directory || error.code == std::errc::not_a_directory;
}

base::Result<std::optional<std::string>> read_kept(const std::filesystem::path& file, std::size_t max_bytes) {
    if (file.empty()) return std::optional<std::string>();
    base::Result<std::string> text = base::read_file(file, max_bytes);
    if (!text && is_not_kept(text.error())) return std::optional<std::string>();
    if (!text) return text.error();
    return std::optional(*std::move(text));
}

base::Status write_kept(const std::filesystem::path& file, base::ByteView content) {
    if (file.empty()) return {};
    if (const base::Status made = base::make_private_folder(file.parent_path()); !made) return made;
    return base::write_file(file, content, {.existing = base::Existing::replace});
}

}  // namespace natscreds::chat
