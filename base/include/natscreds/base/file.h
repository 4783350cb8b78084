#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include <natscreds/base/bytes.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>

namespace natscreds::base {

/// Reading and writing whole files.
///
/// Fails:   with the system's own error code (std::errc) and the path in the detail;
///          std::errc::file_too_large when a file is longer than the caller allows.

[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes);

/// The same for a file that is itself a secret; its text never lies in ordinary memory.
[[nodiscard]] Result<Secret> read_secret_file(const std::filesystem::path& path, std::size_t max_bytes);

/// Whether anybody but the owner and ourselves may read the file, by its mode or by an access control list (as
/// systemd gives a service its credentials, whose mode then looks as if their group might).
[[nodiscard]] Result<bool> readable_by_others(const std::filesystem::path& path);

enum class Existing {
    refuse,   ///< a file that is there already stays, and the call fails with std::errc::file_exists
    replace,  ///< a file that is there already is replaced in one step
};

struct WriteOptions {
    Existing existing = Existing::refuse;
    unsigned mode = 0600;
};

/// Writes a file whole or not at all: into a new file beside it, flushed to disk, then put in place in one
/// step. The folder must exist. After a failure `path` is as it was and nothing else is left; only where the folder
/// itself cannot be flushed, a file that was to be replaced may be the new one already.
///
/// One's own link (or root's) is followed. A file that is replaced keeps its owner, its group and its mode, except a
/// mode that lets everybody in where `mode` does not; where the owner cannot be kept, the call fails. What a killed
/// process had begun to write there is removed. Fails besides: std::errc::invalid_argument for what is not a regular
/// file; permission_denied at another user's link.
[[nodiscard]] Status write_file(const std::filesystem::path& path, ByteView content, WriteOptions options);

/// Makes a folder, and those above it, readable by the owner only; one that is there already stays as it is.
[[nodiscard]] Status make_private_folder(const std::filesystem::path& path);

}  // namespace natscreds::base
