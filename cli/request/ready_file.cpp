#include "ready_file.h"

#include <cerrno>
#include <system_error>

#include <unistd.h>

#include <natscreds/base/file.h>

namespace natscreds::request {
namespace {

constexpr unsigned readable_by_all = 0644;

/// Nothing there is fine.
base::Status take_away(const std::filesystem::path& path) {
    std::error_code failed;
    std::filesystem::remove(path, failed);
    if (!failed) return {};
    return base::Error{failed, path.string()};
}

}  // namespace

base::Result<ReadyFile> ReadyFile::create(std::filesystem::path path) {
    std::error_code ignored;
    const auto status = std::filesystem::symlink_status(path, ignored);
    const bool ours = std::filesystem::is_regular_file(status) && std::filesystem::is_empty(path, ignored);
    if (!path.empty() && std::filesystem::exists(status) && !ours)
        return base::Error{std::make_error_code(std::errc::file_exists),
                           path.string() + ": this program did not make it"};
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    if (!path.empty() && ::access(folder.c_str(), W_OK | X_OK) != 0)
        return base::Error{std::error_code(errno, std::generic_category()), folder.string()};
    ReadyFile file(std::move(path));
    if (const base::Status removed = file.set(Readiness::not_ready); !removed) return removed.error();
    return file;
}

ReadyFile::~ReadyFile() {
    (void)set(Readiness::not_ready);
}

base::Status ReadyFile::set(Readiness readiness) const {
    if (path_.empty()) return {};
    if (readiness == Readiness::not_ready) return take_away(path_);
    std::error_code ignored;
    if (std::filesystem::exists(path_, ignored)) return {};
    return base::write_file(path_, {}, {.existing = base::Existing::replace, .mode = readable_by_all});
}

}  // namespace natscreds::request
