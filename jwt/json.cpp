#include "json.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdlib>

#include <natscreds/jwt/errc.h>

namespace natscreds::jwt {
namespace {

/// Deeper than any claim, and far from where a recursive writer would run out of stack.
constexpr int deepest = 64;

bool too_deep(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string && c == '\\') {
            ++i;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '{' || c == '[')) {
            if (++depth > deepest) return true;
        } else if (!in_string && (c == '}' || c == ']')) {
            --depth;
        }
    }
    return false;
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

/// With an exponent below a millionth and from 10^21 on, and nothing but the digits that tell it from its neighbours.
void append_double(double value, std::string& out) {
    std::array<char, 32> memory;
    const auto end =
        std::to_chars(memory.data(), memory.data() + memory.size(), value, std::chars_format::scientific).ptr;
    std::string_view text(memory.data(), end);
    if (text.starts_with('-')) {
        out.push_back('-');
        text.remove_prefix(1);
    }
    const std::size_t e = text.find('e');
    int exponent = 0;
    std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, exponent);
    if (exponent < -6 || exponent >= 21) {
        out.append(text.substr(0, e));
        out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
        return;
    }
    std::string digits(text.substr(0, e));
    std::erase(digits, '.');
    if (exponent < 0) digits.insert(0, static_cast<std::size_t>(-exponent), '0');
    const std::size_t whole = exponent < 0 ? 1 : static_cast<std::size_t>(exponent) + 1;
    if (digits.size() < whole) digits.append(whole - digits.size(), '0');
    out.append(digits, 0, whole);
    if (digits.size() > whole) out.append(".").append(digits, whole);
}

}  // namespace

base::Result<Json> parse_object(std::string_view text) {
    if (too_deep(text)) return base::Error{Errc::bad_json, "nested too deep"};
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return base::Error{Errc::bad_json, "not JSON"};
    if (!json.is_object()) return base::Error{Errc::bad_json, "not a JSON object"};
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
    if (json.is_number_float()) return append_double(json.get<double>(), text_);
    text_.append(json.dump());
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
