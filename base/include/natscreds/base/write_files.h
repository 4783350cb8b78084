#pragma once

#include <filesystem>
#include <span>

#include <natscreds/base/bytes.h>
#include <natscreds/base/file.h>
#include <natscreds/base/result.h>

namespace natscreds::base {

struct FileToWrite {
    std::filesystem::path path;
    ByteView content;
};

/// Many files, each as write_file() does it, in a small part of the time. When it fails, some of them may be there.
[[nodiscard]] Status write_files(std::span<const FileToWrite> files, WriteOptions options);

}  // namespace natscreds::base
