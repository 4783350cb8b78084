#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include <natscreds/base/result.h>

namespace natscreds::nsctl {

/// Files whose replacement is noticed, however it is done: written in place, renamed over, or by exchanging a
/// symbolic link on the way to them, as Kubernetes does with the secrets that it mounts.
///
/// Holds:   a change that happens between two calls is told by the second. What a file says is not looked at:
///          it may be a private key.
/// Fails:   with the system's own error code (std::errc) and the path in the detail.
class WatchedFiles {
  public:
    /// Fails: also for a file that is not there.
    [[nodiscard]] static base::Result<WatchedFiles> open(const std::vector<std::string>& files);

    WatchedFiles(WatchedFiles&&) noexcept;
    WatchedFiles& operator=(WatchedFiles&&) = delete;
    ~WatchedFiles();

    /// Becomes readable when one of them may have changed, for poll(2).
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    /// Forgets that the descriptor was readable.
    void drain() const;

    /// Those that are others than at the last call; also those that are gone.
    [[nodiscard]] base::Result<std::vector<std::string>> changed();

  private:
    /// Which file it is, and since when; nothing where there is none.
    struct Version {
        dev_t device;
        ino_t number;
        off_t size;
        timespec changed;

        bool operator==(const Version& other) const noexcept;
    };

    explicit WatchedFiles(int descriptor) noexcept : descriptor_(descriptor) {}
    [[nodiscard]] base::Status watch_ways() const;
    [[nodiscard]] static std::optional<Version> version_of(const std::string& file);

    int descriptor_;
    std::map<std::string, std::optional<Version>> files_;
};

}  // namespace natscreds::nsctl
