#include <natscreds/base/file.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <endian.h>
#include <fcntl.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <natscreds/base/descriptor.h>
#include <natscreds/base/write_files.h>

namespace natscreds::base {
namespace {

Error system_error(const std::filesystem::path& path, int number) {
    return {std::error_code(number, std::generic_category()), path.string()};
}

Error system_error(const std::filesystem::path& path) {
    return system_error(path, errno);
}

// ---- access control lists, which Linux keeps beside the mode. Source: acl(5), <linux/posix_acl_xattr.h>.

using AclEntry = posix_acl_xattr_entry;

/// Empty when the file has none. One that is longer than any sensible one counts as none: the mode then shows
/// the most that anybody in it has.
std::vector<AclEntry> access_control_list(const std::filesystem::path& path) {
    std::array<std::byte, 1024> bytes;
    const ssize_t size = ::getxattr(path.c_str(), "system.posix_acl_access", bytes.data(), bytes.size());
    constexpr std::size_t header = sizeof(posix_acl_xattr_header);
    if (size <= static_cast<ssize_t>(header)) return {};
    std::vector<AclEntry> entries((static_cast<std::size_t>(size) - header) / sizeof(AclEntry));
    std::memcpy(entries.data(), bytes.data() + header, entries.size() * sizeof(AclEntry));
    return entries;
}

bool lets_others_read(const std::vector<AclEntry>& list) {
    const auto may_read = [](const AclEntry& entry) { return (le16toh(entry.e_perm) & ACL_READ) != 0; };
    const bool masked = std::ranges::any_of(
        list, [&](const AclEntry& entry) { return le16toh(entry.e_tag) == ACL_MASK && !may_read(entry); });
    return std::ranges::any_of(list, [&](const AclEntry& entry) {
        switch (le16toh(entry.e_tag)) {
            case ACL_USER:
                return may_read(entry) && !masked && le32toh(entry.e_id) != ::geteuid();
            case ACL_GROUP_OBJ:
            case ACL_GROUP:
                return may_read(entry) && !masked;
            case ACL_OTHER:
                return may_read(entry);
            default:
                return false;
        }
    });
}

/// Reads to the end or until the memory is full; -1 on failure.
ssize_t read_all(int descriptor, std::span<std::uint8_t> memory) {
    std::size_t done = 0;
    while (done < memory.size()) {
        const ssize_t got = ::read(descriptor, memory.data() + done, memory.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return static_cast<ssize_t>(done);
}

bool write_all(int descriptor, ByteView content) {
    while (!content.empty()) {
        const ssize_t put = ::write(descriptor, content.data(), content.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        content = content.subspan(static_cast<std::size_t>(put));
    }
    return true;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

constexpr std::string_view six_letters = "XXXXXX";

/// How files are named that are being written for this target; mkostemp(3) fills in the end.
std::string temporary_name(const std::filesystem::path& target) {
    return "." + target.filename().string() + "." + std::string(six_letters);
}

bool has_a_name(int descriptor) {
    struct stat status {};
    return ::fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

/// A new file beside the target, gone again unless it was put in the target's place.
///
/// Holds:   its lock, as long as it is written: a file of this name without one was left by a process that died.
class TemporaryFile {
  public:
    static Result<TemporaryFile> create(const std::filesystem::path& target) {
        while (true) {
            TemporaryFile file(folder_of(target) / temporary_name(target));
            if (!file.descriptor_.open()) return system_error(target);
            if (!file.descriptor_.lock()) return system_error(target);
            // Between the two steps somebody may have taken it for one that was left behind.
            if (has_a_name(file.descriptor())) return file;
        }
    }
    ~TemporaryFile() {
        if (descriptor_.open()) ::unlink(name_.c_str());
    }
    TemporaryFile(TemporaryFile&&) noexcept = default;
    TemporaryFile& operator=(TemporaryFile&&) = delete;

    [[nodiscard]] int descriptor() const noexcept { return descriptor_.number(); }
    [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

  private:
    explicit TemporaryFile(const std::filesystem::path& pattern)
        : name_(pattern.string()), descriptor_(mkostemp(name_.data(), O_CLOEXEC)) {}

    std::string name_;
    Descriptor descriptor_;
};

/// Of the targets in one folder, by the names of their files.
using NamesByFolder = std::map<std::filesystem::path, std::set<std::string, std::less<>>>;

/// The target for which a file is or was being written; empty where its name is not of that form.
std::string_view target_name(std::string_view temporary) {
    const std::size_t ending = six_letters.size() + 1;
    const bool shaped = temporary.size() > ending + 1 && temporary.front() == '.' &&
                        temporary[temporary.size() - ending] == '.';
    return shaped ? temporary.substr(1, temporary.size() - ending - 1) : std::string_view();
}

void remove_if_left(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    const bool left = file.open() && file.try_lock();
    if (left && has_a_name(file.number())) ::unlink(path.c_str());
}

/// What a process that was killed had begun to write for these targets may hold a seed.
void remove_leftovers(const NamesByFolder& targets) {
    for (const auto& [folder, names] : targets) {
        std::error_code failed;
        std::filesystem::directory_iterator entry(folder, failed);
        for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
            const std::string name = entry->path().filename().string();
            if (names.contains(target_name(name))) remove_if_left(entry->path());
        }
    }
}

/// Where a link leads, in the end, and what is there now.
struct Target {
    std::filesystem::path path;
    std::optional<struct stat> existing;
};

/// In a folder that others may write to, their links lead where they want our secrets to go.
Result<std::filesystem::path> follow(const std::filesystem::path& link, const struct stat& status) {
    if (status.st_uid != ::geteuid() && status.st_uid != 0) {
        return Error{std::make_error_code(std::errc::permission_denied),
                     link.string() + " is another user's link, and is not followed"};
    }
    std::error_code failed;
    const std::filesystem::path next = std::filesystem::read_symlink(link, failed);
    if (failed) return Error{failed, link.string()};
    return folder_of(link) / next;
}

Result<Target> find_target(const std::filesystem::path& path, Existing existing) {
    Target target{.path = path, .existing = {}};
    if (existing == Existing::refuse) return target;
    constexpr int max_links = 40;
    for (int links = 0; links <= max_links; ++links) {
        struct stat status {};
        if (::lstat(target.path.c_str(), &status) != 0) {
            if (errno == ENOENT) return target;
            return system_error(target.path);
        }
        if (S_ISREG(status.st_mode)) {
            target.existing = status;
            return target;
        }
        if (!S_ISLNK(status.st_mode)) {
            return Error{std::make_error_code(std::errc::invalid_argument),
                         path.string() + " is not a regular file, and is not replaced"};
        }
        Result<std::filesystem::path> next = follow(target.path, status);
        if (!next) return next.error();
        target.path = *std::move(next);
    }
    return system_error(path, ELOOP);
}

/// The new file gets owner, group and mode of the one that it replaces. A mode that lets everybody read a secret is
/// not kept.
Status give_mode(int descriptor, const Target& target, unsigned mode) {
    if (!target.existing) {
        if (::fchmod(descriptor, static_cast<mode_t>(mode)) != 0) return system_error(target.path);
        return {};
    }
    const struct stat& old = *target.existing;
    struct stat made {};
    if (::fstat(descriptor, &made) != 0) return system_error(target.path);
    const bool ours = made.st_uid == old.st_uid && made.st_gid == old.st_gid;
    if (!ours && ::fchown(descriptor, old.st_uid, old.st_gid) != 0) {
        return system_error(target.path).within("the owner or group of the file cannot be kept");
    }
    constexpr mode_t others = 0007;
    const bool too_open = (old.st_mode & others) != 0 && (mode & others) == 0;
    const mode_t kept = too_open ? static_cast<mode_t>(mode) : old.st_mode & 0777;
    if (::fchmod(descriptor, kept | S_IRUSR | S_IWUSR) != 0) return system_error(target.path);
    return {};
}

/// The target's new file, written and not yet flushed.
Result<TemporaryFile> begin(const Target& target, ByteView content, unsigned mode) {
    Result<TemporaryFile> temporary = TemporaryFile::create(target.path);
    if (!temporary) return temporary;
    if (Status given = give_mode(temporary->descriptor(), target, mode); !given) return given.error();
    if (!write_all(temporary->descriptor(), content)) return system_error(target.path);
    return temporary;
}

bool put_in_place(const char* temporary, const std::filesystem::path& path, Existing existing) {
    if (existing == Existing::replace) return ::rename(temporary, path.c_str()) == 0;
    // link(2), unlike rename(2), fails where something is there already.
    return ::link(temporary, path.c_str()) == 0;
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.open()) return system_error(path);
    std::string content;
    constexpr std::size_t step = 65536;
    while (content.size() <= max_bytes) {
        const std::size_t before = content.size();
        content.resize(before + step);
        const ssize_t got =
            read_all(file.number(), {reinterpret_cast<std::uint8_t*>(content.data()) + before, step});
        if (got < 0) return system_error(path);
        content.resize(before + static_cast<std::size_t>(got));
        if (static_cast<std::size_t>(got) < step) break;
    }
    if (content.size() > max_bytes) return system_error(path, EFBIG);
    return content;
}

/// In steps, each with twice the memory: what is locked is short, and most of these files are.
Result<Secret> read_secret_file(const std::filesystem::path& path, std::size_t max_bytes) {
    constexpr std::size_t first_step = 4000;
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.open()) return system_error(path);
    Secret so_far;
    std::size_t size = 0;
    for (std::size_t room = 0; size == room;) {
        if (room > max_bytes) return system_error(path, EFBIG);
        room = std::min(std::max(first_step, 2 * room), max_bytes + 1);
        ssize_t got = 0;
        so_far = Secret::filled(room, [&](std::span<std::uint8_t> memory) {
            std::ranges::copy(so_far.expose(), memory.begin());
            got = read_all(file.number(), memory.subspan(size));
        });
        if (got < 0) return system_error(path);
        size += static_cast<std::size_t>(got);
    }
    if (size > max_bytes) return system_error(path, EFBIG);
    return Secret::copy_of(so_far.expose().first(size));
}

Result<bool> readable_by_others(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return system_error(path);
    const std::vector<AclEntry> list = access_control_list(path);
    if (!list.empty()) return lets_others_read(list);
    return (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

Status write_file(const std::filesystem::path& path, ByteView content, WriteOptions options) {
    const Result<Target> target = find_target(path, options.existing);
    if (!target) return target.error();
    remove_leftovers({{folder_of(target->path), {target->path.filename().string()}}});
    const std::filesystem::path above = folder_of(target->path);
    // Opened first: a folder that cannot be flushed is better found out while nothing was changed.
    const Descriptor folder(::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.open()) return system_error(path);
    const Result<TemporaryFile> temporary = begin(*target, content, options.mode);
    if (!temporary) return temporary.error();
    if (::fsync(temporary->descriptor()) != 0) return system_error(path);
    if (!put_in_place(temporary->name(), target->path, options.existing)) return system_error(path);
    // Without this, a crash of the machine could forget the new name though the content is on disk.
    if (::fsync(folder.number()) == 0) return {};
    const Error failed = system_error(above);
    if (options.existing == Existing::refuse) ::unlink(target->path.c_str());
    return failed;
}

namespace {

Status flush_folder(const std::filesystem::path& folder) {
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.open() || ::fsync(opened.number()) != 0) return system_error(folder);
    return {};
}

/// All are written before the first is waited for: the disk then takes them in one go.
Status write_at_once(std::span<const FileToWrite> files, WriteOptions options) {
    std::vector<std::pair<Target, TemporaryFile>> begun;
    begun.reserve(files.size());
    for (const FileToWrite& file : files) {
        Result<Target> target = find_target(file.path, options.existing);
        if (!target) return target.error();
        Result<TemporaryFile> temporary = begin(*target, file.content, options.mode);
        if (!temporary) return temporary.error();
        (void)::sync_file_range(temporary->descriptor(), 0, 0, SYNC_FILE_RANGE_WRITE);
        begun.emplace_back(*std::move(target), *std::move(temporary));
    }
    for (const auto& [target, temporary] : begun) {
        if (::fsync(temporary.descriptor()) != 0) return system_error(target.path);
    }
    std::set<std::filesystem::path> folders;
    for (const auto& [target, temporary] : begun) {
        if (!put_in_place(temporary.name(), target.path, options.existing)) return system_error(target.path);
        folders.insert(folder_of(target.path));
    }
    for (const std::filesystem::path& folder : folders) {
        if (Status flushed = flush_folder(folder); !flushed) return flushed;
    }
    return {};
}

}  // namespace

Status write_files(std::span<const FileToWrite> files, WriteOptions options) {
    constexpr std::size_t max_at_once = 250;  // each is open until it is in place
    NamesByFolder targets;
    for (const FileToWrite& file : files)
        targets[folder_of(file.path)].insert(file.path.filename().string());
    remove_leftovers(targets);
    while (!files.empty()) {
        const std::size_t count = std::min(files.size(), max_at_once);
        if (Status written = write_at_once(files.first(count), options); !written) return written;
        files = files.subspan(count);
    }
    return {};
}

Status make_private_folder(const std::filesystem::path& path) {
    if (path.empty()) return {};
    if (::mkdir(path.c_str(), 0700) == 0) return {};
    if (errno == ENOENT && path.has_parent_path() && path.parent_path() != path) {
        Status above = make_private_folder(path.parent_path());
        if (!above) return above;
        if (::mkdir(path.c_str(), 0700) == 0) return {};
    }
    std::error_code ignored;
    if (errno == EEXIST && std::filesystem::is_directory(path, ignored)) return {};
    return system_error(path);
}

}  // namespace natscreds::base
