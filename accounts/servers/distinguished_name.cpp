#include "distinguished_name.h"

#include <algorithm>
#include <array>
#include <vector>

#include <natscreds/base/letters.h>

namespace natscreds::accounts {
namespace {

/// The attributes that a server finds in a certificate's DN; all others it drops.
constexpr std::array<std::string_view, 10> types_of_servers{
    "c", "cn", "dc", "l", "o", "ou", "postalcode", "serialnumber", "st", "street"};
constexpr std::array<std::string_view, 4> types_of_addresses{"e", "email", "emailaddress", "mail"};

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& types, const std::string& type) {
    return std::ranges::find(types, type) != types.end();
}

using base::is_hex;

/// "CN=a", as it stands between two commas.
struct Attribute {
    std::string type;  ///< in small letters
    std::string value;
};

/// Where the next of these letters stands that no backslash precedes.
std::size_t find_plain(std::string_view text, std::string_view letters) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (letters.find(text[at]) != std::string_view::npos) {
            return at;
        }
    }
    return std::string_view::npos;
}

std::string_view without_blanks(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    while (text.ends_with(' ') && !text.ends_with("\\ "))
        text.remove_suffix(1);
    return text;
}

/// Nothing where an escape is neither a letter that may be escaped nor two hexadecimal digits.
std::optional<std::string> unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\') {
            plain += text[at];
            continue;
        }
        ++at;
        constexpr std::string_view escapable = " \"#+,;<=>\\";
        if (at < text.size() && escapable.find(text[at]) != std::string_view::npos) {
            plain += text[at];
        } else if (at + 1 < text.size() && is_hex(text[at]) && is_hex(text[at + 1])) {
            plain += static_cast<char>(base::byte_of_hex(text[at], text[at + 1]));
            ++at;
        } else {
            return std::nullopt;
        }
    }
    return plain;
}

std::optional<Attribute> parse_attribute(std::string_view text) {
    const std::size_t equals = find_plain(text, "=");
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string type = base::lower(without_blanks(text.substr(0, equals)));
    const std::string_view value = text.substr(equals + 1);
    const bool readable =
        !type.empty() && !value.starts_with('#') && find_plain(value, "=") == std::string_view::npos;
    auto plain = unescaped(without_blanks(value));
    if (!readable || !plain || plain->empty()) return std::nullopt;
    return Attribute{type, *std::move(plain)};
}

/// An email address may have a = in it, and so may a URI.
bool is_dn(std::string_view name) {
    const std::size_t equals = name.find('=');
    if (equals == std::string_view::npos || name.substr(0, equals).find("://") != std::string_view::npos)
        return false;
    const bool may_be_address =
        name.find('@') != std::string_view::npos && name.find(',') == std::string_view::npos;
    const std::string type = base::lower(name.substr(0, equals));
    return !may_be_address || is_one_of(types_of_servers, type) || is_one_of(types_of_addresses, type);
}

std::string joined_in_order(std::vector<std::string> parts, std::string_view between) {
    std::ranges::sort(parts);
    std::string text;
    for (const std::string& part : parts)
        text.append(part).append(between);
    return text;
}

std::string wrong_type(std::string_view written) {
    return "servers drop " + std::string(written) +
           " from a certificate's DN, so none can match this one: list the DN without it, or a name of the "
           "SAN";
}

}  // namespace

ListedName listed_name(std::string_view name) {
    if (!is_dn(name)) return {std::string(name), ""};
    std::vector<std::string> parts;
    std::vector<std::string> values;
    for (std::string_view rest = name;;) {
        const std::size_t end = find_plain(rest, ",+");
        const std::string_view written = rest.substr(0, end);
        const auto attribute = parse_attribute(written);
        if (!attribute) return {std::string(name), "this is not a DN that servers can read"};
        if (!is_one_of(types_of_servers, attribute->type))
            return {std::string(name), wrong_type(without_blanks(written.substr(0, written.find('='))))};
        // What cannot stand in a type or a value as it is keeps them apart.
        values.push_back(attribute->type + '\0' + attribute->value);
        const bool ends_part = end == std::string_view::npos || rest[end] == ',';
        if (ends_part) {
            parts.push_back(joined_in_order(std::move(values), std::string_view("\1", 1)));
            values.clear();
        }
        if (end == std::string_view::npos)
            return {joined_in_order(std::move(parts), std::string_view("\2", 1)), ""};
        rest.remove_prefix(end + 1);
        if (rest.empty()) return {joined_in_order(std::move(parts), std::string_view("\2", 1)), ""};
    }
}

}  // namespace natscreds::accounts
