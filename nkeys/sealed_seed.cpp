#include <natscreds/nkeys/sealed_seed.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <vector>

#include <sodium.h>

#include <natscreds/base/base64url.h>

#include "encoding.h"

namespace natscreds::nkeys {
namespace {

constexpr std::string_view first_line = "natscreds sealed seed 1";
constexpr std::size_t seal_nonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t box_size = seal_nonce + seed_characters + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::uint32_t max_passes = 16;
constexpr std::uint32_t min_mebibytes = 8;
constexpr std::uint32_t max_mebibytes = 1024;
constexpr std::size_t bytes_of_mebibyte = 1024UL * 1024;
/// Longer than any; the rest of the file's lines are some hundred bytes.
constexpr std::size_t max_sealed_text = 1024;

static_assert(crypto_pwhash_SALTBYTES == std::tuple_size_v<decltype(SealSettings::salt)>);
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == SealingKey::size);

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const std::size_t end = line.find(' ');
        words.push_back(line.substr(0, end));
        line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
    }
    return words;
}

std::optional<std::uint32_t> number_between(std::string_view text, std::uint32_t low, std::uint32_t high) {
    std::uint32_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size() || number < low || number > high)
        return std::nullopt;
    return number;
}

std::optional<SealSettings> settings_in(std::string_view line) {
    const auto words = words_of(line);
    if (words.size() != 4 || words[0] != "argon2id") return std::nullopt;
    const auto salt = base::base64url_decode(words[1]);
    const auto passes = number_between(words[2], 1, max_passes);
    const auto mebibytes = number_between(words[3], min_mebibytes, max_mebibytes);
    SealSettings settings;
    if (!salt || salt->size() != settings.salt.size() || !passes || !mebibytes) return std::nullopt;
    std::copy(salt->begin(), salt->end(), settings.salt.begin());
    settings.passes = *passes;
    settings.mebibytes = *mebibytes;
    return settings;
}

}  // namespace

base::Result<SealingKey> SealingKey::derive(const base::Secret& passphrase, const SealSettings& settings) {
    if (passphrase.empty()) return base::Error{SealErrc::empty_passphrase, ""};
    int failed = 0;
    base::Secret key = base::Secret::filled(
        crypto_aead_xchacha20poly1305_ietf_KEYBYTES, [&](std::span<std::uint8_t> memory) {
            const std::string_view text = base::as_text(passphrase.expose());
            failed = crypto_pwhash(memory.data(), memory.size(), text.data(), text.size(),
                                   settings.salt.data(), settings.passes,
                                   settings.mebibytes * bytes_of_mebibyte, crypto_pwhash_ALG_ARGON2ID13);
        });
    if (failed != 0)
        return base::Error{SealErrc::no_memory,
                           std::to_string(settings.mebibytes) + " MiB for the passphrase"};
    return SealingKey(std::move(key), settings);
}

base::Result<SealingKey> SealingKey::restore(base::Secret key, const SealSettings& settings) {
    if (key.size() != size) return base::Error{SealErrc::bad_key, ""};
    return SealingKey(std::move(key), settings);
}

bool SealedSeed::begins_like_one(base::ByteView text) noexcept {
    return base::as_text(text).starts_with(first_line);
}

base::Result<SealedSeed> SealedSeed::parse(std::string_view text) {
    const base::Error bad{SealErrc::bad_sealed_seed, ""};
    if (text.size() > max_sealed_text) return bad;
    std::vector<std::string_view> lines;
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) return bad;
        lines.push_back(rest.substr(0, end));
        rest = rest.substr(end + 1);
    }
    if (lines.size() != 4 || lines[0] != first_line) return bad;
    const auto key_words = words_of(lines[1]);
    const auto box_words = words_of(lines[3]);
    const auto settings = settings_in(lines[2]);
    if (key_words.size() != 2 || box_words.size() != 2 || !settings) return bad;
    const auto key = PublicKey::parse(key_words[1]);
    auto box = base::base64url_decode(box_words[1]);
    if (!key || !box || box->size() != box_size) return bad;
    SealedSeed sealed(*key, *settings, *std::move(box));
    if (sealed.text() != text) return bad;
    return sealed;
}

SealedSeed SealedSeed::seal(const PublicKey& key, const base::Secret& seed_text, const SealingKey& sealing,
                            base::Random& random) {
    SealedSeed sealed(key, sealing.settings(), base::Bytes(box_size));
    if (seed_text.size() != seed_characters) std::abort();
    const std::span nonce = std::span(sealed.box_).first(seal_nonce);
    random.fill(nonce);
    const std::string head = sealed.head();
    unsigned long long written = 0;
    const int failed = crypto_aead_xchacha20poly1305_ietf_encrypt(
        sealed.box_.data() + seal_nonce, &written, seed_text.expose().data(), seed_text.size(),
        base::as_bytes(head).data(), head.size(), nullptr, nonce.data(), sealing.key_.expose().data());
    if (failed != 0) std::abort();
    return sealed;
}

base::Result<base::Secret> SealedSeed::open(const SealingKey& sealing) const {
    if (sealing.settings() != settings_) return base::Error{SealErrc::wrong_passphrase, key_.text()};
    const std::string head = this->head();
    int failed = 0;
    base::Secret seed = base::Secret::filled(seed_characters, [&](std::span<std::uint8_t> memory) {
        failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
            memory.data(), nullptr, nullptr, box_.data() + seal_nonce, box_.size() - seal_nonce,
            base::as_bytes(head).data(), head.size(), box_.data(), sealing.key_.expose().data());
    });
    if (failed != 0) return base::Error{SealErrc::wrong_passphrase, key_.text()};
    return seed;
}

std::string SealedSeed::head() const {
    return std::string(first_line) + "\nkey " + key_.text() + "\nargon2id " +
           base::base64url_encode(settings_.salt) + " " + std::to_string(settings_.passes) + " " +
           std::to_string(settings_.mebibytes) + "\n";
}

std::string SealedSeed::text() const {
    return head() + "xchacha20-poly1305 " + base::base64url_encode(box_) + "\n";
}

}  // namespace natscreds::nkeys
