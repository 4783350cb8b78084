#include <natscreds/chat-client/model/text.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include <natscreds/base/letters.h>

#include "utf8.h"

namespace natscreds::chat {
namespace {

constexpr std::size_t max_name_characters = 63;
constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Marks and embeddings that turn the direction of what follows, and separators that are not ours.
bool turns_text(char32_t code) {
    return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x2028 ||
           code == 0x2029 || code == 0x061c || code == 0x200e || code == 0x200f || code == 0xfeff;
}

/// The pictures of control characters begin at U+2400.
void append_picture(std::string& out, char32_t control) {
    out += "\xE2\x90";
    out += static_cast<char>(0x80U + (control == 0x7f ? 0x21U : static_cast<unsigned>(control)));
}

void append_shown(std::string& out, const Character& character, std::string_view bytes) {
    const char32_t code = character.code;
    if (code == '\t') {
        out += "    ";
    } else if (code != '\n' && (code < 0x20 || code == 0x7f)) {
        append_picture(out, code);
    } else if (code >= 0x80 && code < 0xa0) {
        out += replacement;
    } else if (!turns_text(code)) {
        out += bytes;
    }
}

/// Where the first of parts_of() ends: before a separator, or where a character begins.
std::size_t end_of_part(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text.size();
    for (const char separator : {'\n', ' '}) {
        const std::size_t at = text.rfind(separator, most);
        if (at != std::string_view::npos && at > 0) return at;
    }
    std::size_t end = most;
    while (end > 1 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80)
        --end;
    return end;
}

std::string_view without_newlines_around(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
    return text.substr(0, text.find_last_not_of('\n') + 1);
}

bool is_name_character(char c) {
    return base::is_letter_or_digit(c) || c == '_' || c == '-';
}

bool same_letter(char a, char b) {
    return base::lower(a) == base::lower(b);
}

}  // namespace

std::string harmless(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const std::optional<Character> character = first_character(text);
        const std::size_t bytes = character ? character->bytes : 1;
        if (text.starts_with("\r\n")) {
            // Some systems end their lines so: the newline that follows says it.
        } else if (character) {
            append_shown(shown, *character, text.substr(0, bytes));
        } else {
            shown += replacement;
        }
        text.remove_prefix(bytes);
    }
    return shown;
}

std::string harmless_name(std::string_view name) {
    std::string shown;
    while (!name.empty() && shown.size() < max_name_characters) {
        const std::optional<Character> character = first_character(name);
        shown += is_name_character(name.front()) ? name.front() : '_';
        name.remove_prefix(character ? character->bytes : 1);
    }
    return shown.empty() ? "_" : shown;
}

bool is_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= max_name_characters &&
           std::ranges::all_of(name, is_name_character);
}

std::vector<std::string_view> parts_of(std::string_view text, std::size_t most) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = end_of_part(text, most);
        const std::string_view part = without_newlines_around(text.substr(0, end));
        if (part.find_first_not_of(' ') != std::string_view::npos) parts.push_back(part);
        const bool at_separator = end < text.size() && (text[end] == '\n' || text[end] == ' ');
        text.remove_prefix(at_separator ? end + 1 : end);
    }
    return parts;
}

bool mentions(std::string_view text, std::string_view name) noexcept {
    if (name.empty()) return false;
    for (auto at = text.begin();;) {
        at = std::search(at, text.end(), name.begin(), name.end(), same_letter);
        if (at == text.end()) return false;
        const auto end = at + static_cast<std::ptrdiff_t>(name.size());
        const bool begins = at == text.begin() || !is_name_character(*(at - 1));
        if (begins && (end == text.end() || !is_name_character(*end))) return true;
        ++at;
    }
}

bool contains_words(std::string_view text, std::string_view words) noexcept {
    return std::search(text.begin(), text.end(), words.begin(), words.end(), same_letter) != text.end();
}

}  // namespace natscreds::chat
