#include <natscreds/accounts/signer.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include <natscreds/nkeys/key_file.h>

namespace natscreds::accounts {
namespace {

/// A whole seed, or one with a typing error in it: what must not be looked for among the files, nor be
/// repeated in an error.
bool looks_like_seed(std::string_view text) {
    constexpr std::string_view kinds = "OAUNCX";
    return text.size() > 20 && text[0] == 'S' && kinds.find(text[1]) != std::string_view::npos &&
           text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string_view::npos;
}

}  // namespace

base::Result<nkeys::SigningKey> find_key(std::string_view text, const KeyStore& keys) {
    if (const auto public_key = nkeys::PublicKey::parse(text)) return keys.load(*public_key);
    if (looks_like_seed(text)) return nkeys::SigningKey::parse_seed(text);
    const std::filesystem::path path(text);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return base::Error{Errc::not_a_key, "\"" + path.string() + "\""};
    return nkeys::load_seed(path, keys.unlocker());
}

Signers Signers::of(const jwt::Decoded<jwt::OperatorClaims>& owner) {
    Signers signers;
    signers.whose_ = "operator \"" + owner.content.name + "\"";
    if (!owner.claims().strict_signing_key_usage) signers.keys_.push_back(owner.content.subject);
    const std::vector<std::string>& signing_keys = owner.claims().signing_keys;
    signers.keys_.insert(signers.keys_.end(), signing_keys.begin(), signing_keys.end());
    return signers;
}

Signers Signers::of(const jwt::Decoded<jwt::OperatorClaims>& owner,
                    const jwt::Decoded<jwt::AccountClaims>& account) {
    Signers signers;
    signers.whose_ = "account \"" + account.content.name + "\"";
    if (!owner.claims().strict_signing_key_usage) signers.keys_.push_back(account.content.subject);
    for (const auto& [key, scope] : account.claims().signing_keys) {
        signers.keys_.push_back(key);
        if (scope) signers.roles_.emplace(scope->role, key);
    }
    return signers;
}

base::Result<nkeys::SigningKey> Signers::choose(const KeyStore& keys, std::string_view named) const {
    if (named.empty()) return first_stored(keys);
    const auto role = roles_.find(named);
    base::Result<nkeys::SigningKey> key = find_key(role == roles_.end() ? named : role->second, keys);
    if (!key) return key;
    if (!lists(key->public_key()))
        return base::Error{Errc::not_a_signer, key->public_key().text() + " for " + whose_};
    return key;
}

bool Signers::lists(const nkeys::PublicKey& key) const {
    return std::ranges::find(keys_, key.text()) != keys_.end();
}

base::Result<nkeys::SigningKey> Signers::first_stored(const KeyStore& keys) const {
    for (const std::string& text : keys_) {
        const auto public_key = nkeys::PublicKey::parse(text);
        if (public_key && keys.holds(*public_key)) return keys.load(*public_key);
    }
    return base::Error{Errc::no_signer, whose_};
}

}  // namespace natscreds::accounts
