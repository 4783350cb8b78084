#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include <natscreds/access/client.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::access {

/// The key that a name is asked for with for the first time, until there is an answer: a service that granted the
/// name, and whose reply was lost, grants it again to the same key.
///
/// Shape:   beside the creds file FILE, as FILE.pending, mode 0600: the name, and the seed on a line of its own.
/// Holds:   the key is on disk before this exists. Without a creds file it is in memory only.
class PendingKey {
  public:
    struct Place {
        std::filesystem::path creds_file;  ///< empty: none
        std::string_view name;
    };
    /// The one that waits for this name, or a new one.
    /// Fails: std::errc::file_exists where one waits for another name; as nkeys::find_seed and the functions of
    ///        base/file.h.
    [[nodiscard]] static base::Result<PendingKey> take_up(const Place& place, base::Random& random);

    /// Where it lies for that file, if there is one.
    [[nodiscard]] static std::filesystem::path file_beside(std::filesystem::path creds_file);

    [[nodiscard]] const nkeys::SigningKey& key() const noexcept { return key_; }
    /// Whether an earlier run has asked with it.
    [[nodiscard]] bool asked_before() const noexcept { return asked_before_; }
    /// Empty: none.
    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

    /// Whether nobody needs the key any more, though nothing was granted to it: nobody has heard the question, or the
    /// answer says that the name is not this key's.
    [[nodiscard]] bool in_vain(const base::Result<Answer>& answer) const;

    /// There is an answer.
    void forget() const;

  private:
    enum class Origin { made, found };
    PendingKey(nkeys::SigningKey key, std::filesystem::path file, Origin origin)
        : key_(std::move(key)), file_(std::move(file)), asked_before_(origin == Origin::found) {}

    nkeys::SigningKey key_;
    std::filesystem::path file_;
    bool asked_before_;
};

}  // namespace natscreds::access
