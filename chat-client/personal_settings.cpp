#include "personal_settings.h"

#include <filesystem>

#include <natscreds/base/file.h>

namespace natscreds::chat {
namespace {

constexpr std::size_t max_bytes = 65'536;

std::filesystem::path usual_file(const bus::Environment& environment) {
    std::filesystem::path folder = environment("XDG_CONFIG_HOME").value_or("");
    if (folder.empty()) folder = std::filesystem::path(environment("HOME").value_or("")) / ".config";
    return folder / "natscreds" / "chat.toml";
}

}  // namespace

base::Result<Settings> personal_settings(const std::string& given, const bus::Environment& environment) {
    const std::filesystem::path file = given.empty() ? usual_file(environment) : std::filesystem::path(given);
    const base::Result<std::string> text = base::read_file(file, max_bytes);
    if (text) return Settings::parse(*text, file);
    const bool need_not_be = given.empty() && text.error().code == std::errc::no_such_file_or_directory;
    if (need_not_be) return Settings();
    return text.error();
}

}  // namespace natscreds::chat
