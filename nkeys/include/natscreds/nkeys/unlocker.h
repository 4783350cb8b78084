#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>
#include <natscreds/nkeys/sealed_seed.h>

namespace natscreds::nkeys {

/// What opens sealed seeds: it asks for the passphrase when the first is to be opened, and remembers the keys made of it.
/// Who keeps such a key is asked first.
///
/// Fails:   what asking says; as SealingKey::derive().
/// Thread:  any.
class Unlocker {
  public:
    using Ask = std::function<base::Result<base::Secret>()>;
    /// A key that somebody keeps, made of the passphrase before; nothing where nobody does.
    using Kept = std::function<std::optional<SealingKey>(const SealSettings&)>;
    explicit Unlocker(Ask ask, Kept kept = {});

    /// The passphrase of a file: its first line. Fails: SealErrc::empty_passphrase; the system's error.
    [[nodiscard]] static Ask from_file(std::filesystem::path file);

    [[nodiscard]] base::Result<base::Secret> open(const SealedSeed& sealed);
    [[nodiscard]] base::Result<SealedSeed> seal(const PublicKey& key, const base::Secret& seed_text,
                                                const SealSettings& settings, base::Random& random);

  private:
    [[nodiscard]] base::Result<const SealingKey*> key_for(const SealSettings& settings);

    Ask ask_;
    Kept kept_;
    std::mutex mutex_;
    std::optional<base::Secret> passphrase_;
    std::vector<SealingKey> keys_;
};

}  // namespace natscreds::nkeys
