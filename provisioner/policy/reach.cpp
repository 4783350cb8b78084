#include <natscreds/provisioner/policy/reach.h>

#include <algorithm>

#include <natscreds/jwt/subject.h>

namespace natscreds::provisioner {
namespace {

constexpr std::string_view everything = ">";

std::string_view subject_of(std::string_view entry) {
    return entry.substr(0, entry.find(' '));
}

bool for_one_queue(std::string_view entry) {
    return entry.find(' ') != std::string_view::npos;
}

void append(std::string& subject, std::string_view tokens) {
    if (!subject.empty()) subject.push_back('.');
    subject.append(tokens);
}

/// What both match, which is one subject with wildcards; nothing when no subject is matched by both.
std::optional<std::string> common(std::string_view one, std::string_view other) {
    std::string both;
    while (!one.empty() && !other.empty()) {
        if (one == everything || other == everything) {
            append(both, one == everything ? other : one);
            return both;
        }
        const std::string_view left = jwt::next_token(one);
        const std::string_view right = jwt::next_token(other);
        if (left != "*" && right != "*" && left != right) return std::nullopt;
        append(both, left == "*" ? right : left);
    }
    return one.empty() && other.empty() ? std::optional(both) : std::nullopt;
}

bool denied(const jwt::Permission& permission, std::string_view subject) {
    return std::ranges::any_of(permission.deny, [&](std::string_view entry) {
        return !for_one_queue(entry) && jwt::subject_covers(entry, subject);
    });
}

/// A template other than that of the user's own key may become any token.
std::string with_wildcards(std::string_view subject) {
    std::string wide;
    while (!subject.empty()) {
        const std::string_view token = jwt::next_token(subject);
        const bool any = token.find("{{") != std::string_view::npos && token != "{{subject()}}";
        append(wide, any ? "*" : token);
    }
    return wide;
}

}  // namespace

std::optional<std::string> reaching(const jwt::Permission& permission, std::string_view wanted) {
    const auto reached = [&](std::string_view entry) {
        const auto both = common(subject_of(entry), wanted);
        return both && !denied(permission, *both);
    };
    if (permission.allow.empty() && reached(everything)) return std::string(everything);
    const auto found = std::ranges::find_if(permission.allow, reached);
    return found == permission.allow.end() ? std::nullopt : std::optional(*found);
}

bool reaches_all(const jwt::Permission& permission, std::string_view wanted) {
    const bool allowed =
        permission.allow.empty() || std::ranges::any_of(permission.allow, [&](std::string_view entry) {
            return jwt::subject_covers(subject_of(entry), wanted);
        });
    return allowed && std::ranges::none_of(permission.deny, [&](std::string_view entry) {
               return common(subject_of(entry), wanted).has_value();
           });
}

std::optional<std::string> forging(const jwt::Permission& publish, const std::string& prefix) {
    jwt::Permission others;
    others.deny = publish.deny;
    for (const std::string& entry : publish.allow) {
        const bool own =
            entry == prefix + ".access.{{subject()}}" || entry == prefix + ".renew.{{subject()}}";
        if (!own) others.allow.push_back(with_wildcards(entry));
    }
    const bool everything_else = publish.allow.empty();
    if (others.allow.empty() && !everything_else) return std::nullopt;
    const auto asking = reaching(others, prefix + ".access.>");
    return asking ? asking : reaching(others, prefix + ".renew.>");
}

}  // namespace natscreds::provisioner
