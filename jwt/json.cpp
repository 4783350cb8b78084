#include "json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

#include <natscreds/jwt/errc.h>

namespace natscreds::jwt {
namespace {

/// Deeper than any claim, and far from where a recursive writer would run out of stack.
constexpr int deepest = 64;

/// What can be seen of a JSON text without reading it.
struct Outline {
    int depth = 0;
    std::size_t fields = 0;
};

Outline outline_of(std::string_view text) {
    Outline outline;
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string && c == '\\') {
            ++i;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '{' || c == '[')) {
            outline.depth = std::max(outline.depth, ++depth);
        } else if (!in_string && (c == '}' || c == ']')) {
            --depth;
        } else if (!in_string && c == ':') {
            ++outline.fields;
        }
    }
    return outline;
}

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
bool line_separator_at(std::string_view text, std::size_t at) {
    return text.substr(at, 3) == "\xe2\x80\xa8" || text.substr(at, 3) == "\xe2\x80\xa9";
}

/// A number not below zero as its digits, the first of them worth 10^exponent.
struct Decimal {
    std::string digits;
    int exponent;
};

/// No more digits than tell it from its neighbours.
Decimal shortest_decimal(double value) {
    std::array<char, 32> memory;
    const auto end =
        std::to_chars(memory.data(), memory.data() + memory.size(), value, std::chars_format::scientific).ptr;
    const std::string_view text(memory.data(), end);  // "1.25e-07"
    const std::size_t e = text.find('e');
    Decimal decimal{std::string(text.substr(0, e)), 0};
    std::erase(decimal.digits, '.');
    std::from_chars(text.data() + e + 2, end, decimal.exponent);
    if (text[e + 1] == '-') decimal.exponent = -decimal.exponent;
    return decimal;
}

/// As JavaScript writes numbers: with an exponent below a millionth and from 10^21 on.
std::string number_text(double value) {
    if (std::signbit(value)) return "-" + number_text(-value);
    auto [digits, exponent] = shortest_decimal(value);
    const bool plain = exponent >= -6 && exponent < 21;
    if (plain && exponent < 0) digits.insert(0, static_cast<std::size_t>(-exponent), '0');
    const std::size_t whole = plain && exponent > 0 ? static_cast<std::size_t>(exponent) + 1 : 1;
    if (digits.size() < whole) digits.append(whole - digits.size(), '0');
    if (digits.size() > whole) digits.insert(whole, ".");
    if (plain) return digits;
    return digits + (exponent < 0 ? "e" : "e+") + std::to_string(exponent);
}

std::size_t count_fields(const Json& json) {
    std::size_t count = json.is_object() ? json.size() : 0;
    if (!json.is_structured()) return count;
    for (const Json& element : json)
        count += count_fields(element);
    return count;
}

}  // namespace

base::Result<Json> parse_object(std::string_view text) {
    const Outline outline = outline_of(text);
    if (outline.depth > deepest) return base::Error{Errc::bad_json, "nested too deep"};
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return base::Error{Errc::bad_json, "not JSON"};
    if (!json.is_object()) return base::Error{Errc::bad_json, "not a JSON object"};
    // Readers differ in which of the two they take.
    if (count_fields(json) != outline.fields) return base::Error{Errc::bad_json, "a field is there twice"};
    return json;
}

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

void JsonWriter::value(const Json& json) {
    if (json.is_object()) {
        begin_object();
        for (const auto& [name, field] : json.items()) {
            key(name);
            value(field);
        }
        return end_object();
    }
    if (json.is_array()) {
        begin_array();
        for (const Json& element : json)
            value(element);
        return end_array();
    }
    if (json.is_string()) return string(json.get_ref<const std::string&>());
    separate();
    text_.append(json.is_number_float() ? number_text(json.get<double>()) : json.dump());
}

void JsonWriter::quote(std::string_view text) {
    text_.push_back('"');
    std::array<char, 6> memory;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view escape = escape_of(text[i], memory);
        if (!escape.empty()) {
            text_.append(escape);
        } else if (text[i] == '\xe2' && line_separator_at(text, i)) {
            text_.append(text[i + 2] == '\xa8' ? "\\u2028" : "\\u2029");
            i += 2;
        } else {
            text_.push_back(text[i]);
        }
    }
    text_.push_back('"');
}

}  // namespace natscreds::jwt
