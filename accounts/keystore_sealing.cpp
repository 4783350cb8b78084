// Seeds at rest, sealed with a passphrase, and opened again.
#include <string_view>
#include <system_error>

#include <natscreds/accounts/keystore.h>
#include <natscreds/base/file.h>
#include <natscreds/nkeys/key_file.h>

namespace natscreds::accounts {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_key_file_bytes = 65536;

struct StoredSeed {
    nkeys::PublicKey key;
    fs::path path;
    bool sealed = false;
};

base::Result<bool> file_is_sealed(const fs::path& path) {
    const auto text = base::read_secret_file(path, max_key_file_bytes);
    if (!text) return text.error();
    return nkeys::SealedSeed::begins_like_one(text->expose());
}

base::Result<std::vector<StoredSeed>> stored_seeds(const KeyStore& keys) {
    const auto found = keys.keys();
    if (!found) return found.error();
    std::vector<StoredSeed> seeds;
    for (const nkeys::PublicKey& key : *found) {
        const fs::path path = keys.key_path(key);
        const auto sealed = file_is_sealed(path);
        if (!sealed) return sealed.error();
        seeds.push_back({key, path, *sealed});
    }
    return seeds;
}

/// Its text, when the file holds the key that it is called after.
template <class Key>
base::Result<base::Secret> checked_text(const StoredSeed& seed, const base::Result<Key>& key) {
    if (!key) return key.error();
    if (key->public_key() != seed.key) return base::Error{Errc::key_differs, seed.path.string()};
    return key->seed_text();
}

base::Result<base::Secret> read_seed(const StoredSeed& seed, nkeys::Unlocker* unlocker) {
    if (seed.key.kind() == nkeys::Kind::curve)
        return checked_text(seed, nkeys::load_curve_seed(seed.path, unlocker));
    return checked_text(seed, nkeys::load_seed(seed.path, unlocker));
}

}  // namespace

fs::path KeyStore::marker_path() const {
    return folder_ / ".nsctl.sealed";
}

base::Result<std::optional<nkeys::SealedSeed>> KeyStore::marker() const {
    using Found = std::optional<nkeys::SealedSeed>;
    const auto text = base::read_file(marker_path(), max_key_file_bytes);
    if (!text && text.error().code == std::make_error_condition(std::errc::no_such_file_or_directory))
        return Found();
    if (!text) return text.error();
    auto sealed = nkeys::SealedSeed::parse(*text);
    if (!sealed) return sealed.error().within(marker_path().string());
    return Found(*std::move(sealed));
}

base::Result<base::Secret> KeyStore::text_to_store(const nkeys::PublicKey& key,
                                                   const base::Secret& seed) const {
    const auto found = marker();
    if (!found) return found.error();
    if (!*found) return base::Secret::copy_of(seed.expose());
    if (!seal_.unlocker) return base::Error{nkeys::SealErrc::locked, folder_.string()};
    // A passphrase that opens none of the others is not to seal this one.
    if (const auto opened = seal_.unlocker->open(**found); !opened)
        return opened.error().within(folder_.string());
    const auto sealed = seal_.unlocker->seal(key, seed, (*found)->settings(), *seal_.random);
    if (!sealed) return sealed.error();
    return base::Secret::copy_of(base::as_bytes(sealed->text()));
}

base::Result<nkeys::SealedSeed> KeyStore::make_marker() const {
    const auto key = nkeys::CurveKey::generate(*seal_.random);
    nkeys::SealSettings settings = seal_.cost;
    seal_.random->fill(settings.salt);
    auto sealed = seal_.unlocker->seal(key.public_key(), key.seed_text(), settings, *seal_.random);
    if (!sealed) return sealed;
    if (const auto made = prepare(); !made) return made.error();
    const base::Status written =
        base::write_file(marker_path(), base::as_bytes(sealed->text()), {.existing = base::Existing::refuse});
    if (!written) return written.error();
    return sealed;
}

base::Status KeyStore::replace(const nkeys::PublicKey& key, base::ByteView text) const {
    return base::write_file(key_path(key), text, {.existing = base::Existing::replace});
}

base::Result<std::optional<nkeys::SealSettings>> KeyStore::seal_settings() const {
    const auto found = marker();
    if (!found) return found.error();
    return *found ? std::optional((*found)->settings()) : std::nullopt;
}

base::Result<std::optional<nkeys::SealingKey>> KeyStore::sealing_key(const base::Secret& passphrase) const {
    const auto found = marker();
    if (!found) return found.error();
    if (!*found) return std::optional<nkeys::SealingKey>();
    auto key = nkeys::SealingKey::derive(passphrase, (*found)->settings());
    if (!key) return key.error();
    if (const auto opened = (*found)->open(*key); !opened) return opened.error().within(folder_.string());
    return std::optional(*std::move(key));
}

base::Result<KeyStore::Sealing> KeyStore::sealing() const {
    const auto found = marker();
    if (!found) return found.error();
    const auto seeds = stored_seeds(*this);
    if (!seeds) return seeds.error();
    Sealing sealing{.sealed = found->has_value()};
    for (const StoredSeed& seed : *seeds)
        ++(seed.sealed ? sealing.sealed_seeds : sealing.plain_seeds);
    std::error_code failed;
    const fs::path creds = folder_ / "creds";
    if (!fs::exists(creds, failed)) return sealing;
    for (fs::recursive_directory_iterator at(creds, failed), end; !failed && at != end; at.increment(failed))
        sealing.creds_files += at->path().extension() == ".creds" ? 1 : 0;
    if (failed) return base::Error{failed, creds.string()};
    return sealing;
}

base::Result<std::size_t> KeyStore::seal_all() const {
    if (!seal_.unlocker) return base::Error{nkeys::SealErrc::locked, folder_.string()};
    const auto seeds = stored_seeds(*this);
    if (!seeds) return seeds.error();
    auto found = marker();
    if (!found) return found.error();
    if (!*found) {
        auto made = make_marker();
        if (!made) return made.error();
        *found = *std::move(made);
    } else if (const auto opened = seal_.unlocker->open(**found); !opened) {
        return opened.error().within(folder_.string());
    }
    std::size_t done = 0;
    for (const StoredSeed& seed : *seeds) {
        if (seed.sealed) continue;
        const auto text = read_seed(seed, unlocker());
        if (!text) return text.error();
        const auto sealed = seal_.unlocker->seal(seed.key, *text, (*found)->settings(), *seal_.random);
        if (!sealed) return sealed.error();
        if (const auto written = replace(seed.key, base::as_bytes(sealed->text())); !written)
            return written.error();
        ++done;
    }
    return done;
}

base::Result<std::size_t> KeyStore::open_all() const {
    if (!seal_.unlocker) return base::Error{nkeys::SealErrc::locked, folder_.string()};
    const auto found = marker();
    if (!found) return found.error();
    if (*found) {
        if (const auto opened = seal_.unlocker->open(**found); !opened)
            return opened.error().within(folder_.string());
    }
    const auto seeds = stored_seeds(*this);
    if (!seeds) return seeds.error();
    std::size_t done = 0;
    for (const StoredSeed& seed : *seeds) {
        if (!seed.sealed) continue;
        const auto text = read_seed(seed, unlocker());
        if (!text) return text.error();
        if (const auto written = replace(seed.key, text->expose()); !written) return written.error();
        ++done;
    }
    // Last: as long as it is there, the command is to be run again.
    std::error_code failed;
    fs::remove(marker_path(), failed);
    if (failed) return base::Error{failed, marker_path().string()};
    return done;
}

}  // namespace natscreds::accounts
