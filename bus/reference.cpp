#include "reference.h"

#include <algorithm>
#include <array>
#include <optional>

#include <natscreds/base/base64url.h>
#include <natscreds/base/file.h>
#include <natscreds/base/letters.h>
#include <natscreds/bus/errc.h>

namespace natscreds::bus {
namespace {

constexpr std::size_t max_referred_bytes = 1024 * 1024;
constexpr std::array<std::string_view, 5> schemes{"data", "env", "file", "nsc", "op"};

/// In small letters; empty where the value is no reference.
std::string scheme_of(std::string_view value) {
    const std::size_t colon = value.find(':');
    if (colon == std::string_view::npos) return {};
    const std::string scheme = base::lower(value.substr(0, colon));
    return std::ranges::find(schemes, scheme) != schemes.end() ? scheme : "";
}

/// "env://NAME" has the name behind its slashes.
std::string behind_slashes(const std::string& value) {
    const std::size_t slashes = value.find("://");
    return slashes == std::string::npos ? "" : value.substr(slashes + 3);
}

base::Error refused_reference(const std::string& value) {
    if (scheme_of(value) == "op")
        return {Errc::bad_option, value + " is kept by 1Password, which is not asked here"};
    return {Errc::bad_option,
            value + " names the creds file of a user of nsc's store, which can stand for creds or nkey only"};
}

bool in_name(char c) {
    return base::is_letter_or_digit(c) || c == '_';
}

/// "$NAME" and "${NAME}"; a variable that is not set is filled in as nothing.
std::string with_variables(std::string_view text, const Environment& environment) {
    std::string filled;
    while (!text.empty()) {
        if (text[0] != '$') {
            filled += text[0];
            text.remove_prefix(1);
            continue;
        }
        const bool braces = text.starts_with("${");
        text.remove_prefix(braces ? 2 : 1);
        const auto end = braces ? std::ranges::find(text, '}') : std::ranges::find_if_not(text, in_name);
        filled += environment(std::string(text.begin(), end)).value_or("");
        const auto length = static_cast<std::size_t>(end - text.begin());
        text.remove_prefix(std::min(text.size(), length + (braces ? 1 : 0)));
    }
    return filled;
}

base::Result<std::string> from_variable(const std::string& value, const Environment& environment) {
    const std::string name = behind_slashes(value);
    if (name.empty()) return base::Error{Errc::bad_option, value + " names no variable"};
    std::optional<std::string> content = environment(name);
    if (content && !content->empty()) return *std::move(content);
    return base::Error{Errc::bad_option, value + ": this variable is not set, or empty"};
}

/// The standard alphabet with padding.
std::optional<std::string> base64_decoded(std::string text) {
    if (text.size() % 4 != 0 || text.find_first_of("-_") != std::string::npos) return std::nullopt;
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
        text.pop_back();
    const std::optional<base::Bytes> bytes = base::base64url_decode(text);
    if (!bytes) return std::nullopt;
    return std::string(bytes->begin(), bytes->end());
}

base::Result<std::string> from_data(const std::string& value) {
    const std::size_t comma = value.find(',');
    const std::string kind = value.substr(0, comma);
    if (comma == std::string::npos ||
        !(kind.ends_with(";base64") || kind.find(";base64;") != std::string::npos))
        return base::Error{Errc::bad_option, "data: without \";base64,\""};
    std::optional<std::string> content = base64_decoded(value.substr(comma + 1));
    if (!content) return base::Error{Errc::bad_option, kind + ": what is behind it is not base64"};
    return *std::move(content);
}

base::Result<std::string> content_of(const std::string& value, const Environment& environment) {
    const std::string scheme = scheme_of(value);
    if (scheme == "env") return from_variable(value, environment);
    if (scheme == "data") return from_data(value);
    if (scheme != "file") return refused_reference(value);
    const base::Result<std::string> path = referred_path(value, environment);
    return path ? base::read_file(*path, max_referred_bytes) : path;
}

}  // namespace

bool refers_to_content(std::string_view value) {
    const std::string scheme = scheme_of(value);
    return scheme == "data" || scheme == "env";
}

base::Result<std::string> referred_path(const std::string& value, const Environment& environment) {
    const std::string scheme = scheme_of(value);
    if (scheme == "nsc" || scheme == "op") return refused_reference(value);
    if (!scheme.empty() && scheme != "file")
        return base::Error{Errc::bad_option, scheme + ": is a reference, where only a file's name can stand"};
    const std::string path = with_variables(scheme == "file" ? behind_slashes(value) : value, environment);
    if (!path.starts_with('~')) return path;
    return environment("HOME").value_or("~") + path.substr(1);
}

base::Result<std::string> referred_text(const std::string& value, const Environment& environment) {
    if (scheme_of(value).empty()) return value;
    base::Result<std::string> text = content_of(value, environment);
    if (!text) return text;
    while (text->ends_with('\n') || text->ends_with('\r'))
        text->pop_back();
    return text;
}

}  // namespace natscreds::bus
