#include <natscreds/provisioner/audit/usable_file.h>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace natscreds::provisioner {
namespace {

base::Status failure(int error, const std::filesystem::path& path) {
    return base::Error{std::error_code(error, std::generic_category()), path.string()};
}

/// As the user that this process acts for, who may be another than the one that started it.
base::Status check_rights(const std::filesystem::path& path, int rights) {
    if (faccessat(AT_FDCWD, path.c_str(), rights, AT_EACCESS) == 0) return {};
    return failure(errno, path);
}

}  // namespace

base::Status check_new_file(const std::filesystem::path& file) {
    std::filesystem::path folder = file.parent_path();
    if (folder.empty()) folder = ".";
    struct stat status {};
    if (stat(folder.c_str(), &status) != 0) return failure(errno, folder);
    if (!S_ISDIR(status.st_mode)) return failure(ENOTDIR, folder);
    return check_rights(folder, W_OK | X_OK);
}

base::Status check_file_with_neighbours(const std::filesystem::path& file) {
    struct stat status {};
    if (stat(file.c_str(), &status) == 0) {
        if (S_ISDIR(status.st_mode)) return failure(EISDIR, file);
        if (base::Status usable = check_rights(file, R_OK | W_OK); !usable) return usable;
    } else if (errno != ENOENT) {
        return failure(errno, file);
    }
    return check_new_file(file);
}

}  // namespace natscreds::provisioner
