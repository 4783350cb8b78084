#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace natscreds::support {

/// A new, empty folder that only its owner may read.
///
/// Holds:   it and all that is in it are gone when the TempDir ends.
/// Fails:   throws, which fails the test.
class TempDir {
  public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const {
        return path_ / name;
    }

    /// Writes a file below the folder, with the folders it lies in, and returns its path.
    std::filesystem::path write(const std::filesystem::path& name, std::string_view content) const;

  private:
    std::filesystem::path path_;
};

/// As long as it lives, temporary folders lie in memory: for a test that writes thousands of files, each of which is
/// flushed to disk.
class FoldersInMemory {
  public:
    FoldersInMemory();
    ~FoldersInMemory();
    FoldersInMemory(const FoldersInMemory&) = delete;
    FoldersInMemory& operator=(const FoldersInMemory&) = delete;
};

/// A whole file, for what a program under test has written. Throws when it cannot be read.
[[nodiscard]] std::string read_text(const std::filesystem::path& path);

}  // namespace natscreds::support
