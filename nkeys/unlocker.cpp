#include <natscreds/nkeys/unlocker.h>

#include <algorithm>
#include <utility>

#include <natscreds/base/file.h>

namespace natscreds::nkeys {
namespace {

constexpr std::size_t max_passphrase_bytes = 4096;

}  // namespace

Unlocker::Unlocker(Ask ask, Kept kept) : ask_(std::move(ask)), kept_(std::move(kept)) {}

Unlocker::Ask Unlocker::from_file(std::filesystem::path file) {
    return [file = std::move(file)]() -> base::Result<base::Secret> {
        const auto text = base::read_secret_file(file, max_passphrase_bytes);
        if (!text) return text.error();
        const base::ByteView bytes = text->expose();
        const auto end = std::ranges::find_if(bytes, [](std::uint8_t c) { return c == '\n' || c == '\r'; });
        const auto line = bytes.first(static_cast<std::size_t>(end - bytes.begin()));
        if (line.empty()) return base::Error{SealErrc::empty_passphrase, file.string()};
        return base::Secret::copy_of(line);
    };
}

base::Result<const SealingKey*> Unlocker::key_for(const SealSettings& settings) {
    const auto found = std::ranges::find(keys_, settings, &SealingKey::settings);
    if (found != keys_.end()) return &*found;
    if (std::optional<SealingKey> kept = kept_ ? kept_(settings) : std::nullopt) {
        keys_.push_back(*std::move(kept));
        return &keys_.back();
    }
    if (!passphrase_) {
        auto asked = ask_();
        if (!asked) return asked.error();
        passphrase_ = *std::move(asked);
    }
    auto key = SealingKey::derive(*passphrase_, settings);
    if (!key) return key.error();
    keys_.push_back(*std::move(key));
    return &keys_.back();
}

base::Result<base::Secret> Unlocker::open(const SealedSeed& sealed) {
    const std::scoped_lock lock(mutex_);
    const auto key = key_for(sealed.settings());
    if (!key) return key.error();
    return sealed.open(**key);
}

base::Result<SealedSeed> Unlocker::seal(const PublicKey& key, const base::Secret& seed_text,
                                        const SealSettings& settings, base::Random& random) {
    const std::scoped_lock lock(mutex_);
    const auto sealing = key_for(settings);
    if (!sealing) return sealing.error();
    return SealedSeed::seal(key, seed_text, **sealing, random);
}

}  // namespace natscreds::nkeys
