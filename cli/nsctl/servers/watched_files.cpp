#include "servers/watched_files.h"

#include <array>
#include <cerrno>
#include <set>
#include <system_error>
#include <utility>

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace natscreds::nsctl {
namespace {

namespace fs = std::filesystem;

constexpr int max_links = 40;  // as many as the kernel follows

base::Error system_error(const std::string& what) {
    return {std::error_code(errno, std::generic_category()), what};
}

/// The folder of the first symbolic link in a path, and the path without that link.
struct Step {
    fs::path folder;
    fs::path onward;
};

std::optional<Step> first_link(const fs::path& path) {
    fs::path walked;
    for (auto part = path.begin(); part != path.end(); ++part) {
        std::error_code failed;
        const fs::path target = fs::read_symlink(walked / *part, failed);
        if (failed) {
            walked /= *part;
            continue;
        }
        fs::path onward = walked / target;
        for (auto rest = std::next(part); rest != path.end(); ++rest)
            onward /= *rest;
        return Step{walked, onward};
    }
    return std::nullopt;
}

/// Every folder in which an exchanged name makes the file another one: the file's own, and that of each link.
std::set<fs::path> folders_on_the_way(const std::string& file) {
    std::error_code failed;
    fs::path path = fs::absolute(file, failed);
    std::set<fs::path> folders;
    for (int links = 0; links < max_links; ++links) {
        folders.insert(path.parent_path());
        const std::optional<Step> step = first_link(path);
        if (!step) break;
        folders.insert(step->folder);
        path = step->onward;
    }
    return folders;
}

}  // namespace

bool WatchedFiles::Version::operator==(const Version& other) const noexcept {
    return device == other.device && number == other.number && size == other.size &&
           changed.tv_sec == other.changed.tv_sec && changed.tv_nsec == other.changed.tv_nsec;
}

base::Result<WatchedFiles> WatchedFiles::open(const std::vector<std::string>& files) {
    const int descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0) return system_error("watching files");
    WatchedFiles watched(descriptor);
    for (const std::string& file : files)
        watched.files_[file] = std::nullopt;
    if (const base::Status watching = watched.watch_ways(); !watching) return watching.error();
    for (auto& [file, version] : watched.files_) {
        version = version_of(file);
        if (!version) return system_error(file);
    }
    return watched;
}

WatchedFiles::WatchedFiles(WatchedFiles&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), files_(std::move(other.files_)) {}

WatchedFiles::~WatchedFiles() {
    if (descriptor_ >= 0) close(descriptor_);
}

void WatchedFiles::drain() const {
    std::array<char, 16 * 1024> events{};
    while (read(descriptor_, events.data(), events.size()) > 0) {
    }
}

base::Result<std::vector<std::string>> WatchedFiles::changed() {
    drain();
    // First the watches, then the look: what changes in between is told by the next call.
    if (const base::Status watching = watch_ways(); !watching) return watching.error();
    std::vector<std::string> changed;
    for (auto& [file, version] : files_) {
        const std::optional<Version> now = version_of(file);
        if (now == version) continue;
        version = now;
        changed.push_back(file);
    }
    return changed;
}

/// A folder that is watched already is watched once; one that is gone takes its watch along.
base::Status WatchedFiles::watch_ways() const {
    constexpr std::uint32_t events =
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ONLYDIR;
    for (const auto& [file, version] : files_) {
        for (const fs::path& folder : folders_on_the_way(file)) {
            if (inotify_add_watch(descriptor_, folder.c_str(), events) < 0 && errno != ENOENT)
                return system_error(folder.string());
        }
    }
    return {};
}

std::optional<WatchedFiles::Version> WatchedFiles::version_of(const std::string& file) {
    struct stat found {};
    if (stat(file.c_str(), &found) != 0) return std::nullopt;
    return Version{found.st_dev, found.st_ino, found.st_size, found.st_mtim};
}

}  // namespace natscreds::nsctl
