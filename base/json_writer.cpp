#include <natscreds/base/json_writer.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace natscreds::base {
namespace {

/// What Go writes in the place of a character; nothing where it writes the character itself.
std::string_view escape_of(char c, std::array<char, 6>& memory) {
    switch (c) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '\b':
            return "\\b";
        case '\f':
            return "\\f";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && c != '<' && c != '>' && c != '&') return {};
    constexpr std::string_view digits = "0123456789abcdef";
    memory = {'\\', 'u', '0', '0', digits[byte >> 4U], digits[byte & 15U]};
    return {memory.data(), memory.size()};
}

/// U+2028 and U+2029 end a line in JavaScript, so Go escapes them.
bool line_separator(std::string_view text) {
    return text.starts_with("\xe2\x80\xa8") || text.starts_with("\xe2\x80\xa9");
}

std::string_view separator_escape(std::string_view text) {
    return text[2] == '\xa8' ? "\\u2028" : "\\u2029";
}

/// False for what surely stands for itself, as nearly everything does.
constexpr std::array<bool, 256> may_need_escape = [] {
    std::array<bool, 256> table{};
    for (std::size_t control = 0; control < 0x20; ++control)
        table[control] = true;
    for (const char other : std::string_view("\"\\<>&\xe2"))  // the last one begins a separator
        table[static_cast<unsigned char>(other)] = true;
    return table;
}();

}  // namespace

void JsonWriter::open(char bracket) {
    separate();
    text_.push_back(bracket);
    first_ = true;
}

void JsonWriter::close(char bracket) {
    text_.push_back(bracket);
    first_ = false;
}

void JsonWriter::separate() {
    if (!first_) text_.push_back(',');
    first_ = false;
}

void JsonWriter::key(std::string_view name) {
    separate();
    quote(name);
    text_.push_back(':');
    first_ = true;
}

void JsonWriter::string(std::string_view text) {
    separate();
    quote(text);
}

void JsonWriter::number(std::int64_t value) {
    separate();
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text_.append(digits.data(), end);
}

void JsonWriter::boolean(bool value) {
    separate();
    text_.append(value ? "true" : "false");
}

void JsonWriter::raw(std::string_view json) {
    separate();
    text_.append(json);
}

void JsonWriter::field(std::string_view name, std::string_view text) {
    key(name);
    string(text);
}

void JsonWriter::field(std::string_view name, std::int64_t value) {
    key(name);
    number(value);
}

void JsonWriter::quote(std::string_view text) {
    text_.push_back('"');
    std::array<char, 6> memory;
    while (!text.empty()) {
        const auto* const special =
            std::ranges::find_if(text, [](char c) { return may_need_escape[static_cast<unsigned char>(c)]; });
        const auto plain = static_cast<std::size_t>(special - text.begin());
        text_.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty()) break;
        const bool separator = line_separator(text);
        const std::string_view escape = separator ? separator_escape(text) : escape_of(text.front(), memory);
        text_.append(escape.empty() ? text.substr(0, 1) : escape);
        text.remove_prefix(separator ? 3 : 1);
    }
    text_.push_back('"');
}

}  // namespace natscreds::base
