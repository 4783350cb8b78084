#include "generate/nsc_url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include <natscreds/base/letters.h>

#include "errors.h"
#include "session.h"

namespace natscreds::nsctl {
namespace {

constexpr std::string_view scheme = "nsc://";
constexpr std::array<std::string_view, 3> levels{"operator", "account", "user"};
constexpr std::array<std::string_view, 3> facts{"key", "seed", "name"};
constexpr std::array<std::string_view, 2> folders{"store", "keystore"};

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::optional<std::string> decoded(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            plain += text[at];
            continue;
        }
        const std::string_view digits = text.substr(at + 1, 2);
        unsigned byte = 0;
        const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (digits.size() != 2 || end != digits.data() + 2 || failed != std::errc()) return std::nullopt;
        plain += static_cast<char>(byte);
        at += 2;
    }
    return plain;
}

base::Error refused(std::string_view what) {
    return {Errc::bad_reference, in_quotes(what)};
}

/// "seed" of a user's URL is "userseed".
std::string whole_name(const std::string& what, std::size_t last_level) {
    const bool short_name = std::ranges::find(facts, what) != facts.end();
    return short_name ? std::string(levels[last_level]) + what : what;
}

bool is_known(const std::string& what, std::size_t last_level) {
    if (std::ranges::find(folders, what) != folders.end()) return true;
    for (std::size_t level = 0; level <= last_level; ++level) {
        for (const std::string_view fact : facts) {
            if (what == std::string(levels[level]).append(fact)) return true;
        }
    }
    return false;
}

}  // namespace

std::string NscUrl::value(const std::string& what) const {
    const auto found = asked.find(what);
    return found != asked.end() ? found->second : "";
}

base::Result<NscUrl> NscUrl::parse(std::string_view text) {
    std::string_view rest = text;
    if (base::lower(rest.substr(0, scheme.size())) != scheme) return refused(text);
    rest.remove_prefix(scheme.size());
    const std::size_t question = rest.find('?');
    const std::vector<std::string_view> names = split(rest.substr(0, question), '/');
    if (names.size() > levels.size()) return refused(text);
    NscUrl url;
    const std::array fields{&url.operator_name, &url.account, &url.user};
    for (std::size_t level = 0; level < names.size(); ++level) {
        const std::optional<std::string> name = decoded(names[level]);
        if (!name || name->empty()) return refused(text);
        *fields[level] = *name;
    }
    if (question == std::string_view::npos) return url;
    for (const std::string_view part : split(rest.substr(question + 1), '&')) {
        if (part.empty()) continue;
        const std::size_t equals = part.find('=');
        const std::string what = whole_name(base::lower(part.substr(0, equals)), names.size() - 1);
        const bool has_value = equals != std::string_view::npos;
        const std::optional<std::string> value = decoded(has_value ? part.substr(equals + 1) : "");
        if (!value || !is_known(what, names.size() - 1)) return refused(part);
        url.asked[what] = *value;
    }
    return url;
}

}  // namespace natscreds::nsctl
