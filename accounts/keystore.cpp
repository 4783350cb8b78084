#include <natscreds/accounts/keystore.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <natscreds/base/file.h>
#include <natscreds/base/write_files.h>
#include <natscreds/nkeys/key_file.h>

namespace natscreds::accounts {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view git_ignore_text =
    "# keys\n"
    "**/*.nk\n"
    "\n"
    "# credentials\n"
    "**/*.creds\n";

bool is(const base::Error& error, std::errc code) {
    return error.code == std::make_error_condition(code);
}

base::Result<bool> remove_file(const fs::path& path) {
    std::error_code failed;
    const bool removed = fs::remove(path, failed);
    if (failed) return base::Error{failed, path.string()};
    return removed;
}

template <class Key>
base::Result<Key> load_from(const fs::path& path, nkeys::Unlocker* unlocker) {
    if constexpr (std::is_same_v<Key, nkeys::CurveKey>)
        return nkeys::load_curve_seed(path, unlocker);
    else
        return nkeys::load_seed(path, unlocker);
}

}  // namespace

KeyStore::KeyStore(std::filesystem::path folder, GitIgnore git_ignore, SeedSeal seal)
    : folder_(std::move(folder)), git_ignore_(git_ignore), seal_(std::move(seal)) {}

fs::path KeyStore::key_path(const nkeys::PublicKey& key) const {
    const std::string text = key.text();
    return folder_ / "keys" / text.substr(0, 1) / text.substr(1, 2) / (text + ".nk");
}

bool KeyStore::holds(const nkeys::PublicKey& key) const {
    std::error_code ignored;
    return fs::exists(key_path(key), ignored);
}

base::Result<std::vector<nkeys::PublicKey>> KeyStore::keys() const {
    std::vector<nkeys::PublicKey> found;
    std::error_code failed;
    const fs::path top = folder_ / "keys";
    if (!fs::exists(top, failed)) return found;
    for (fs::recursive_directory_iterator at(top, failed), end; !failed && at != end; at.increment(failed)) {
        if (at->path().extension() != ".nk") continue;
        const auto key = nkeys::PublicKey::parse(at->path().stem().string());
        if (key && key_path(*key) == at->path()) found.push_back(*key);
    }
    if (failed) return base::Error{failed, top.string()};
    std::ranges::sort(found, {}, &nkeys::PublicKey::text);
    return found;
}

base::Result<nkeys::SigningKey> KeyStore::load(const nkeys::PublicKey& key) const {
    const fs::path path = key_path(key);
    base::Result<nkeys::SigningKey> found = load_from<nkeys::SigningKey>(path, unlocker());
    if (!found) {
        const bool missing = is(found.error(), std::errc::no_such_file_or_directory);
        return missing ? base::Error{Errc::key_not_stored, key.text()} : found.error();
    }
    if (found->public_key() != key) return base::Error{Errc::key_differs, path.string()};
    return found;
}

template <class Key>
base::Result<fs::path> KeyStore::store_key(const Key& key) const {
    const fs::path path = key_path(key.public_key());
    if (base::Status made = prepare(); !made) return made.error();
    if (base::Status made = base::make_private_folder(path.parent_path()); !made) return made.error();
    const auto text = text_to_store(key.public_key(), key.seed_text());
    if (!text) return text.error();
    const base::Status written = base::write_file(path, text->expose(), {.existing = base::Existing::refuse});
    if (written) return path;
    if (!is(written.error(), std::errc::file_exists)) return written.error();
    // The public key is the file's name: the same key, or a file that lies about what it holds.
    const base::Result<Key> there = load_from<Key>(path, unlocker());
    if (!there) return there.error();
    if (there->public_key() != key.public_key()) return base::Error{Errc::key_differs, path.string()};
    return path;
}

base::Result<fs::path> KeyStore::store(const nkeys::SigningKey& key) const {
    return store_key(key);
}

base::Result<fs::path> KeyStore::store(const nkeys::CurveKey& key) const {
    return store_key(key);
}

base::Status KeyStore::store_all(std::span<const nkeys::SigningKey> keys) const {
    if (base::Status made = prepare(); !made) return made;
    std::vector<base::Secret> seeds;
    std::vector<base::FileToWrite> files;
    seeds.reserve(keys.size());
    for (const nkeys::SigningKey& key : keys) {
        const fs::path path = key_path(key.public_key());
        if (base::Status made = base::make_private_folder(path.parent_path()); !made) return made;
        auto text = text_to_store(key.public_key(), key.seed_text());
        if (!text) return text.error();
        seeds.push_back(*std::move(text));
        files.push_back({path, seeds.back().expose()});
    }
    return base::write_files(files, {.existing = base::Existing::refuse});
}

fs::path KeyStore::creds_path(const UserPath& user) const {
    return folder_ / "creds" / user.operator_name.text() / user.account.text() /
           (user.user.text() + ".creds");
}

base::Result<fs::path> KeyStore::store_creds(const UserPath& user,
                                             const jwt::Credentials& credentials) const {
    const fs::path path = creds_path(user);
    if (base::Status made = prepare(); !made) return made.error();
    if (base::Status made = base::make_private_folder(path.parent_path()); !made) return made.error();
    const base::Secret text = credentials.text();
    const base::Status written = base::write_file(path, text.expose(), {.existing = base::Existing::replace});
    if (!written) return written.error();
    return path;
}

base::Status KeyStore::store_creds_all(const Name& operator_name, const Name& account,
                                       std::span<const UserCreds> users) const {
    if (base::Status made = prepare(); !made) return made;
    std::vector<base::FileToWrite> files;
    for (const UserCreds& one : users)
        files.push_back({creds_path({operator_name, account, one.user}), one.text.expose()});
    if (files.empty()) return {};
    const fs::path folder = files.front().path.parent_path();
    if (base::Status made = base::make_private_folder(folder); !made) return made;
    return base::write_files(files, {.existing = base::Existing::replace});
}

base::Result<bool> KeyStore::remove(const nkeys::PublicKey& key) const {
    return remove_file(key_path(key));
}

base::Result<bool> KeyStore::remove_creds(const UserPath& user) const {
    return remove_file(creds_path(user));
}

base::Status KeyStore::prepare() const {
    for (const fs::path& folder : {folder_ / "keys", folder_ / "creds"}) {
        if (base::Status made = base::make_private_folder(folder); !made) return made;
    }
    if (git_ignore_ == GitIgnore::leave_out) return {};
    const base::Status written =
        base::write_file(folder_ / ".gitignore", base::as_bytes(git_ignore_text), {});
    const bool fine = written || is(written.error(), std::errc::file_exists);
    return fine ? base::Status() : written;
}

}  // namespace natscreds::accounts
