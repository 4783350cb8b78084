#pragma once

#include <filesystem>
#include <utility>

#include <natscreds/base/result.h>

namespace natscreds::request {

enum class Readiness { not_ready, ready };

/// A file that is there while something is ready, for probes that look whether it is.
///
/// Shape:   empty, and readable by all.
/// Holds:   what an earlier process left there is gone when this is made; and so is its own when this ends.
/// Fails:   std::errc::file_exists for what is not empty: it is somebody's; as base::write_file.
class ReadyFile {
  public:
    /// An empty path is no file, and nothing is done.
    [[nodiscard]] static base::Result<ReadyFile> create(std::filesystem::path path);

    ReadyFile(ReadyFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    ReadyFile& operator=(ReadyFile&&) = delete;
    ~ReadyFile();

    [[nodiscard]] base::Status set(Readiness readiness) const;

  private:
    explicit ReadyFile(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
};

}  // namespace natscreds::request
