#include <natscreds/base/password_hash.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <system_error>

#include <sodium.h>

#include <natscreds/base/letters.h>

namespace natscreds::base {
namespace {

constexpr unsigned long long passes = 2;
constexpr std::size_t memory_bytes = std::size_t{19} * 1024 * 1024;

constexpr std::uint32_t max_passes = 10;
constexpr std::uint32_t max_memory_kib = 64 * 1024;
/// Argon2's least for one lane.
constexpr std::uint32_t min_memory_kib = 8;

constexpr std::string_view beginning = "$argon2id$v=19$m=";

/// A number without a sign and without zeros before it, up to `end`, which is taken too.
std::optional<std::uint32_t> take_number(std::string_view& text, std::string_view end) {
    std::uint32_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || text.starts_with('0')) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    if (!text.starts_with(end)) return std::nullopt;
    text.remove_prefix(end.size());
    return number;
}

/// Base64 without padding, of at least eight bytes.
bool is_base64(std::string_view text) {
    constexpr std::string_view others = "+/";
    for (const char letter : text) {
        if (!is_letter_or_digit(letter) && others.find(letter) == std::string_view::npos) return false;
    }
    return text.size() >= 11;
}

bool ready() {
    return sodium_init() >= 0;
}

const char* chars(ByteView bytes) {
    if (bytes.empty()) return "";
    return reinterpret_cast<const char*>(bytes.data());  // NOLINT(*-reinterpret-cast): sodium wants char
}

Error no_memory() {
    return {std::make_error_code(std::errc::not_enough_memory), "hashing a password"};
}

}  // namespace

bool is_password_hash(std::string_view text) noexcept {
    if (text.size() >= crypto_pwhash_STRBYTES || !text.starts_with(beginning)) return false;
    text.remove_prefix(beginning.size());
    const auto memory = take_number(text, ",t=");
    const auto times = memory ? take_number(text, ",p=1$") : std::nullopt;
    if (!times || *memory < min_memory_kib || *memory > max_memory_kib || *times < 1 || *times > max_passes)
        return false;
    const std::size_t middle = text.find('$');
    return middle != std::string_view::npos && is_base64(text.substr(0, middle)) &&
           is_base64(text.substr(middle + 1));
}

Result<std::string> hash_password(ByteView password) {
    if (!ready()) std::abort();
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (crypto_pwhash_str(text.data(), chars(password), password.size(), passes, memory_bytes) != 0)
        return no_memory();
    return std::string(text.data());
}

Result<bool> password_matches(const std::string& hash, ByteView password) {
    if (!ready()) std::abort();
    if (!is_password_hash(hash)) return false;
    errno = 0;
    if (crypto_pwhash_str_verify(hash.c_str(), chars(password), password.size()) == 0) return true;
    if (errno == ENOMEM) return no_memory();
    return false;
}

}  // namespace natscreds::base
