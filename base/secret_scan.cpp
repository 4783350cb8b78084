#include "secret_scan.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include <natscreds/base/letters.h>

namespace natscreds::base {
namespace {

/// A seed has 58 characters and a private key more; a few that got lost do not make it less of a secret. The identities
/// of JWTs, which are none, have 52.
constexpr std::size_t least_key = 54;
/// In the middle of a word it may be part of a public key, which has 55 characters behind its first.
constexpr std::size_t least_key_inside = 56;
constexpr std::size_t least_base64 = 40;

bool is_base32(char c) {
    c = lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
}

/// Both alphabets of base64.
bool is_base64(char c) {
    return is_letter_or_digit(c) || c == '+' || c == '/' || c == '-' || c == '_';
}

bool is_jwt(char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
}

std::uint8_t base64_value(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<std::uint8_t>(c - 'A');
    if (c >= 'a' && c <= 'z') return static_cast<std::uint8_t>(c - 'a' + 26);
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0' + 52);
    return c == '+' || c == '-' ? 62 : 63;
}

/// What it means, leniently; the zeroes of UTF-16 left out.
std::string decoded(std::string_view base64) {
    std::string text;
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : base64) {
        if (!is_base64(c)) continue;
        bits = bits << 6U | base64_value(c);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        const auto byte = static_cast<char>(bits >> count & 0xffU);
        if (byte != 0) text += byte;
    }
    return text;
}

}  // namespace

/// How many characters from `at` on are of the kind.
template <class Is>
std::size_t SecretScan::run_at(std::size_t at, Is is) {
    const std::string_view rest = text_.substr(at);
    const auto length = static_cast<std::size_t>(std::ranges::find_if_not(rest, is) - rest.begin());
    looked_at_ += length;
    return length;
}

/// From the first dashes of a file with a key or a token to its last; to the end, where the last ones are missing.
std::size_t SecretScan::fenced_at(std::size_t at) {
    constexpr std::string_view dashes = "---";
    const std::string_view rest = text_.substr(at);
    if (!rest.starts_with("-----BEGIN ")) return 0;
    looked_at_ += rest.size();
    const bool ends = rest.find("-----END ") != std::string_view::npos;
    return ends ? rest.rfind(dashes) + dashes.size() : rest.size();
}

/// A seed or a private key. A run that is long enough is one, so no long run is looked at twice.
std::size_t SecretScan::key_at(std::size_t at) {
    constexpr std::string_view kinds = "oaucnx";
    if (text_.size() < at + 2) return 0;
    const char first = lower(text_[at]);
    const bool begins = first == 'p' || (first == 's' && kinds.find(lower(text_[at + 1])) != kinds.npos);
    if (!begins) return 0;
    const bool word = at == 0 || !is_letter_or_digit(text_[at - 1]);
    const std::size_t length = run_at(at, is_base32);
    return length >= (word ? least_key : least_key_inside) ? length : 0;
}

/// The header of every JWT of NATS is a JSON object: `{"`. All that begin in one run of characters end where it ends.
std::size_t SecretScan::jwt_at(std::size_t at) {
    if (!text_.substr(at).starts_with("eyJ")) return 0;
    if (at >= jwt_end_) {
        const std::size_t length = run_at(at, is_jwt);
        const std::size_t dot = text_.substr(at, length).rfind('.');
        jwt_end_ = at + length;
        last_dot_ = dot != std::string_view::npos ? at + dot : 0;
    }
    return last_dot_ > at ? jwt_end_ - at : 0;
}

/// Base64 in which there is a secret. Where it begins is not known to the letter, for a word may stand before it: a run
/// is looked into four times, and what begins further on in it has been seen by then.
std::size_t SecretScan::base64_at(std::size_t at) {
    const bool begins = is_base64(text_[at]) && (at == 0 || !is_base64(text_[at - 1]));
    if (!begins || layers_ == 0 || at < base64_end_) return 0;
    const std::size_t length =
        run_at(at, [](char c) { return is_base64(c) || c == '=' || c == '\n' || c == '\r'; });
    base64_end_ = at + length;
    if (length < least_base64) return 0;
    for (std::size_t skipped = 0; skipped < 4; ++skipped) {
        const std::string inner = decoded(text_.substr(at + skipped, length - skipped));
        SecretScan scan(inner, layers_ - 1);
        const bool found = scan.finds_any();
        looked_at_ += length + scan.looked_at();
        if (found) return length;
    }
    return 0;
}

std::size_t SecretScan::length_at(std::size_t at) {
    ++looked_at_;
    if (const std::size_t length = fenced_at(at); length != 0) return length;
    if (const std::size_t length = key_at(at); length != 0) return length;
    if (const std::size_t length = jwt_at(at); length != 0) return length;
    return base64_at(at);
}

bool SecretScan::finds_any() {
    for (std::size_t at = 0; at < text_.size(); ++at) {
        if (length_at(at) != 0) return true;
    }
    return false;
}

}  // namespace natscreds::base
