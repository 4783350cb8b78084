#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/public_key.h>
#include <natscreds/nkeys/signing_key.h>
#include <natscreds/nkeys/unlocker.h>

namespace natscreds::accounts {

/// Whether a `.gitignore` is put into a keystore, so that no key gets into a repository by mistake.
enum class GitIgnore { write, leave_out };

/// What opens and seals the seeds of a keystore; without it nothing sealed can be opened or stored:
/// nkeys::SealErrc::locked. Either both are there or none.
struct SeedSeal {
    std::shared_ptr<nkeys::Unlocker> unlocker = nullptr;
    base::Random* random = nullptr;
    nkeys::SealSettings cost = {};  ///< of a passphrase's key; each keystore has a salt of its own
};

/// The folder with private keys and creds files.
///
/// Shape:   keys/<K>/<AB>/<PUBLIC KEY>.nk, K and AB being the public key's first three characters: the seed
///          and nothing else. creds/<OPERATOR>/<ACCOUNT>/<USER>.creds. Files 0600, folders 0700.
///          Where .nsctl.sealed is, itself a sealed seed of no further use, seeds are sealed with its passphrase
///          (nkeys/sealed_seed.h), those that are stored from then on, too; creds files are not.
/// Holds:   a file is written whole or not at all, and a key is never replaced.
/// Fails:   Errc::key_not_stored, key_differs; what nkeys says of a seed, sealed or not; the system's errors.
/// Source:  nsc cmd/store/keys.go.
class KeyStore {
  public:
    explicit KeyStore(std::filesystem::path folder, GitIgnore git_ignore = GitIgnore::write,
                      SeedSeal seal = {});

    [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
    [[nodiscard]] std::filesystem::path key_path(const nkeys::PublicKey& key) const;
    [[nodiscard]] bool holds(const nkeys::PublicKey& key) const;

    /// All keys that are stored, in the order of their texts. Files that are no key's are passed over.
    [[nodiscard]] base::Result<std::vector<nkeys::PublicKey>> keys() const;

    [[nodiscard]] base::Result<nkeys::SigningKey> load(const nkeys::PublicKey& key) const;

    /// Stores a key, which may be there already, and says where.
    [[nodiscard]] base::Result<std::filesystem::path> store(const nkeys::SigningKey& key) const;
    [[nodiscard]] base::Result<std::filesystem::path> store(const nkeys::CurveKey& key) const;

    /// The same of many keys at once.
    [[nodiscard]] base::Status store_all(std::span<const nkeys::SigningKey> keys) const;

    struct UserPath {
        const Name& operator_name;
        const Name& account;
        const Name& user;
    };
    [[nodiscard]] std::filesystem::path creds_path(const UserPath& user) const;

    /// Writes a user's creds file, in the place of an older one, and says where.
    [[nodiscard]] base::Result<std::filesystem::path> store_creds(const UserPath& user,
                                                                  const jwt::Credentials& credentials) const;

    /// The same of many users of an account at once.
    struct UserCreds {
        Name user;
        base::Secret text;
    };
    [[nodiscard]] base::Status store_creds_all(const Name& operator_name, const Name& account,
                                               std::span<const UserCreds> users) const;

    [[nodiscard]] nkeys::Unlocker* unlocker() const noexcept { return seal_.unlocker.get(); }

    /// The key that this passphrase makes; nothing where the keystore is not sealed. Fails:
    /// nkeys::SealErrc::wrong_passphrase.
    [[nodiscard]] base::Result<std::optional<nkeys::SealingKey>> sealing_key(
        const base::Secret& passphrase) const;
    [[nodiscard]] base::Result<std::optional<nkeys::SealSettings>> seal_settings() const;

    /// How many seeds there are, and whether new ones are sealed.
    struct Sealing {
        bool sealed = false;
        std::size_t sealed_seeds = 0;
        std::size_t plain_seeds = 0;
        std::size_t creds_files = 0;  ///< in each of which a user's seed lies open
    };
    [[nodiscard]] base::Result<Sealing> sealing() const;

    /// Seals every seed that is not; or opens every one that is. How many that were. What was interrupted is finished by
    /// doing it again; until then plain and sealed ones lie side by side, and each is read. A wrong passphrase changes
    /// nothing.
    [[nodiscard]] base::Result<std::size_t> seal_all() const;
    [[nodiscard]] base::Result<std::size_t> open_all() const;

    /// Take away a key or a creds file, and say whether there was one.
    [[nodiscard]] base::Result<bool> remove(const nkeys::PublicKey& key) const;
    [[nodiscard]] base::Result<bool> remove_creds(const UserPath& user) const;

  private:
    [[nodiscard]] base::Status prepare() const;
    template <class Key>
    [[nodiscard]] base::Result<std::filesystem::path> store_key(const Key& key) const;
    [[nodiscard]] std::filesystem::path marker_path() const;
    [[nodiscard]] base::Result<std::optional<nkeys::SealedSeed>> marker() const;
    [[nodiscard]] base::Result<base::Secret> text_to_store(const nkeys::PublicKey& key,
                                                           const base::Secret& seed) const;
    [[nodiscard]] base::Result<nkeys::SealedSeed> make_marker() const;
    [[nodiscard]] base::Status replace(const nkeys::PublicKey& key, base::ByteView text) const;

    std::filesystem::path folder_;
    GitIgnore git_ignore_;
    SeedSeal seal_;
};

}  // namespace natscreds::accounts
