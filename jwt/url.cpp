#include "url.h"

#include <algorithm>

#include <natscreds/base/letters.h>

namespace natscreds::jwt {
namespace {

constexpr auto npos = std::string_view::npos;

using base::escapes_are_whole;
using base::is_digit;
using base::is_letter;
using base::lower;

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// A host may escape what is not ASCII, and the % before a zone.
bool escapes_suit_host(std::string_view text) {
    if (!escapes_are_whole(text)) return false;
    for (std::size_t at = text.find('%'); at != npos; at = text.find('%', at + 1)) {
        const bool ascii = text[at + 1] < '8' && is_digit(text[at + 1]);
        if (ascii && text.substr(at, 3) != "%25") return false;
    }
    return true;
}

bool all_of(std::string_view text, std::string_view marks) {
    return std::ranges::all_of(text, [marks](char c) {
        const bool ascii = static_cast<unsigned char>(c) < 0x80;
        return !ascii || is_letter(c) || is_digit(c) || marks.find(c) != npos;
    });
}

/// Nothing, or a colon and digits, if any.
bool is_port(std::string_view text) {
    return text.empty() || (text.front() == ':' && std::ranges::all_of(text.substr(1), is_digit));
}

/// The host of "host", "host:port", "[host]" or "[host]:port".
std::optional<std::string> host_of(std::string_view text) {
    if (!all_of(text, "!$&'()*+,;=:[]<>\"-_.~%") || !escapes_suit_host(text)) return std::nullopt;
    if (text.starts_with('[')) {
        const std::size_t close = text.rfind(']');
        if (close == npos || !is_port(text.substr(close + 1))) return std::nullopt;
        return std::string(text.substr(1, close - 1));
    }
    const std::size_t colon = text.rfind(':');
    if (colon != npos && !is_port(text.substr(colon))) return std::nullopt;
    return std::string(text.substr(0, colon));
}

bool is_user(std::string_view text) {
    const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return ascii && all_of(text, "-._:~!$&'()*+,;=%@") && escapes_are_whole(text);
}

/// How long the scheme is at the beginning of the text; 0 when there is none.
std::size_t scheme_length(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == npos || colon == 0 || !is_letter(text.front())) return 0;
    const bool good = std::ranges::all_of(text.substr(0, colon), [](char c) {
        return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
    });
    return good ? colon : 0;
}

/// What follows the scheme, when it begins with a slash: "//user@host:port/path" or "/path".
std::optional<Url> parse_hierarchy(Url url, std::string_view text) {
    // Without a scheme, three slashes begin a path.
    const bool has_authority = text.starts_with("//") && !(url.scheme.empty() && text.starts_with("///"));
    if (has_authority) {
        text.remove_prefix(2);
        std::string_view authority = text.substr(0, text.find('/'));
        text.remove_prefix(authority.size());
        const std::size_t at = authority.rfind('@');
        url.has_user = at != npos;
        if (url.has_user && !is_user(authority.substr(0, at))) return std::nullopt;
        if (url.has_user) authority.remove_prefix(at + 1);
        const std::optional<std::string> host = host_of(authority);
        if (!host) return std::nullopt;
        url.host = *host;
    }
    if (!escapes_are_whole(text)) return std::nullopt;
    url.path = text;
    return url;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
    const std::size_t hash = text.find('#');
    if (hash != npos && !escapes_are_whole(text.substr(hash))) return std::nullopt;
    text = text.substr(0, hash);
    if (std::ranges::any_of(text, is_control)) return std::nullopt;
    Url url;
    url.scheme = lower(text.substr(0, scheme_length(text)));
    if (!url.scheme.empty()) text.remove_prefix(url.scheme.size() + 1);
    text = text.substr(0, text.find('?'));
    if (text.starts_with('/')) return parse_hierarchy(std::move(url), text);
    // What follows a scheme without a slash is opaque: "mailto:someone@nats.example".
    if (!url.scheme.empty()) return url;
    const bool broken_scheme = text.substr(0, text.find('/')).find(':') != npos;
    if (broken_scheme || !escapes_are_whole(text)) return std::nullopt;
    url.path = text;
    return url;
}

}  // namespace natscreds::jwt
