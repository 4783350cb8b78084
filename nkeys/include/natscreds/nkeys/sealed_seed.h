#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <natscreds/base/bytes.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>
#include <natscreds/nkeys/public_key.h>
#include <natscreds/nkeys/seal_errc.h>

namespace natscreds::nkeys {

/// How a passphrase becomes a key: Argon2id, with this salt, so many passes over so much memory.
struct SealSettings {
    std::array<std::uint8_t, 16> salt{};
    std::uint32_t passes = 3;
    std::uint32_t mebibytes = 256;

    bool operator==(const SealSettings&) const = default;
};

/// A key made of a passphrase, which takes about a second.
///
/// Fails:   SealErrc::empty_passphrase; no_memory where there is less than the settings want.
class SealingKey {
  public:
    [[nodiscard]] static base::Result<SealingKey> derive(const base::Secret& passphrase,
                                                         const SealSettings& settings);
    /// One that was made before, of secret()'s bytes. Fails: SealErrc::bad_key for another number of bytes.
    [[nodiscard]] static base::Result<SealingKey> restore(base::Secret key, const SealSettings& settings);

    static constexpr std::size_t size = 32;
    [[nodiscard]] const base::Secret& secret() const noexcept { return key_; }
    [[nodiscard]] const SealSettings& settings() const noexcept { return settings_; }

  private:
    friend class SealedSeed;
    SealingKey(base::Secret key, const SealSettings& settings) : key_(std::move(key)), settings_(settings) {}

    base::Secret key_;
    SealSettings settings_;
};

/// A seed at rest: sealed with XChaCha20-Poly1305 under a SealingKey.
///
/// Shape:   four lines of text: what it is, `key U...`, `argon2id SALT PASSES MEBIBYTES`, `xchacha20-poly1305 NONCE+BOX`,
///          bytes in base64url. The lines before the last are authenticated with it.
/// Holds:   each has one spelling: text() is what was parsed.
/// Fails:   parse: SealErrc::bad_sealed_seed, also for settings that would take minutes or gigabytes. open:
///          wrong_passphrase; what parse_seed says, where it was sealed by somebody else.
class SealedSeed {
  public:
    [[nodiscard]] static bool begins_like_one(base::ByteView text) noexcept;
    [[nodiscard]] static base::Result<SealedSeed> parse(std::string_view text);
    [[nodiscard]] static SealedSeed seal(const PublicKey& key, const base::Secret& seed_text,
                                         const SealingKey& sealing, base::Random& random);

    /// The seed's text.
    [[nodiscard]] base::Result<base::Secret> open(const SealingKey& sealing) const;

    [[nodiscard]] const PublicKey& public_key() const noexcept { return key_; }
    [[nodiscard]] const SealSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] std::string text() const;

  private:
    SealedSeed(const PublicKey& key, const SealSettings& settings, base::Bytes box)
        : key_(key), settings_(settings), box_(std::move(box)) {}
    [[nodiscard]] std::string head() const;

    PublicKey key_;
    SealSettings settings_;
    base::Bytes box_;  // the nonce, then what is sealed
};

}  // namespace natscreds::nkeys
