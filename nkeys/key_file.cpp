#include <natscreds/nkeys/key_file.h>

#include <natscreds/base/file.h>

namespace natscreds::nkeys {
namespace {

/// A key file is a line or a creds file; anything this long is neither.
constexpr std::size_t max_bytes = 65536;

std::string_view trimmed(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

/// SO..., SA..., SU..., SN..., SC..., SX...: long enough and all upper case, so that prose is passed over.
bool begins_like_seed(std::string_view line) {
    constexpr std::string_view kinds = "OAUNCX";
    return line.size() > 20 && line[0] == 'S' && kinds.find(line[1]) != std::string_view::npos &&
           line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string_view::npos;
}

template <class Key>
base::Result<Key> find(const base::Secret& text) {
    std::string_view rest = base::as_text(text.expose());
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = trimmed(rest.substr(0, end));
        if (begins_like_seed(line)) return Key::parse_seed(line);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return base::Error{Errc::no_key_found, ""};
}

template <class Key>
base::Result<Key> open_sealed(const base::Secret& text, Unlocker* unlocker) {
    const auto sealed = SealedSeed::parse(base::as_text(text.expose()));
    if (!sealed) return sealed.error();
    if (unlocker == nullptr) return base::Error{SealErrc::locked, ""};
    const auto seed = unlocker->open(*sealed);
    if (!seed) return seed.error();
    return find<Key>(*seed);
}

template <class Key>
base::Result<Key> load(const std::filesystem::path& path, Unlocker* unlocker) {
    const base::Result<base::Secret> text = base::read_secret_file(path, max_bytes);
    if (!text) return text.error();
    const bool sealed = SealedSeed::begins_like_one(text->expose());
    base::Result<Key> key = sealed ? open_sealed<Key>(*text, unlocker) : find<Key>(*text);
    if (!key) return key.error().within(path.string());
    return key;
}

}  // namespace

base::Result<SigningKey> find_seed(const base::Secret& text) {
    return find<SigningKey>(text);
}

base::Result<SigningKey> load_seed(const std::filesystem::path& path, Unlocker* unlocker) {
    return load<SigningKey>(path, unlocker);
}

base::Result<CurveKey> load_curve_seed(const std::filesystem::path& path, Unlocker* unlocker) {
    return load<CurveKey>(path, unlocker);
}

}  // namespace natscreds::nkeys
