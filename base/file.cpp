#include <natscreds/base/file.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
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

class Descriptor {
  public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] bool open() const noexcept { return number_ >= 0; }
    [[nodiscard]] int number() const noexcept { return number_; }

  private:
    int number_;
};

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

/// A new file beside the target, gone again unless it was put in the target's place.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::filesystem::path& target)
        : name_((target.parent_path() / ("." + target.filename().string() + ".XXXXXX")).string()),
          descriptor_(mkostemp(name_.data(), O_CLOEXEC)) {}
    ~TemporaryFile() {
        if (descriptor_.open()) ::unlink(name_.c_str());
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] bool open() const noexcept { return descriptor_.open(); }
    [[nodiscard]] int descriptor() const noexcept { return descriptor_.number(); }
    [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }

  private:
    std::string name_;
    Descriptor descriptor_;
};

bool put_in_place(const char* temporary, const std::filesystem::path& path, Existing existing) {
    if (existing == Existing::replace) return ::rename(temporary, path.c_str()) == 0;
    // link(2), unlike rename(2), fails where something is there already.
    return ::link(temporary, path.c_str()) == 0;
}

/// Without this, a crash of the machine could forget the new name though the content is on disk.
bool flush_folder(const std::filesystem::path& folder) {
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return descriptor.open() && ::fsync(descriptor.number()) == 0;
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t most_bytes) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.open()) return system_error(path);
    std::string content;
    constexpr std::size_t step = 65536;
    while (content.size() <= most_bytes) {
        const std::size_t before = content.size();
        content.resize(before + step);
        const ssize_t got =
            read_all(file.number(), {reinterpret_cast<std::uint8_t*>(content.data()) + before, step});
        if (got < 0) return system_error(path);
        content.resize(before + static_cast<std::size_t>(got));
        if (static_cast<std::size_t>(got) < step) break;
    }
    if (content.size() > most_bytes) return system_error(path, EFBIG);
    return content;
}

Result<Secret> read_secret_file(const std::filesystem::path& path, std::size_t most_bytes) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.open()) return system_error(path);
    ssize_t got = 0;
    const Secret whole = Secret::filled(
        most_bytes + 1, [&](std::span<std::uint8_t> memory) { got = read_all(file.number(), memory); });
    if (got < 0) return system_error(path);
    const auto size = static_cast<std::size_t>(got);
    if (size > most_bytes) return system_error(path, EFBIG);
    return Secret::copy_of(whole.expose().first(size));
}

Result<bool> readable_by_others(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return system_error(path);
    const std::vector<AclEntry> list = access_control_list(path);
    if (!list.empty()) return lets_others_read(list);
    return (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

Status write_file(const std::filesystem::path& path, ByteView content, WriteOptions options) {
    const std::filesystem::path folder = folder_of(path);
    const TemporaryFile temporary(folder / path.filename());
    if (!temporary.open()) return system_error(path);
    if (::fchmod(temporary.descriptor(), static_cast<mode_t>(options.mode)) != 0) return system_error(path);
    if (!write_all(temporary.descriptor(), content)) return system_error(path);
    if (::fsync(temporary.descriptor()) != 0) return system_error(path);
    if (!put_in_place(temporary.name(), path, options.existing)) return system_error(path);
    if (!flush_folder(folder)) return system_error(folder);
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
