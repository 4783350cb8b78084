#include <natscreds/jwt/template.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>

#include <natscreds/base/letters.h>
#include <natscreds/jwt/errc.h>
#include <natscreds/jwt/subject.h>

namespace natscreds::jwt {
namespace {

constexpr std::size_t max_subjects = 4096;

using base::lower;
using Strings = std::vector<std::string>;

/// What stands between the braces of a placeholder.
std::string_view operation_of(std::string_view placeholder) {
    constexpr std::string_view blanks = " \t\r\n\f\v";
    std::string_view operation = placeholder.substr(2, placeholder.size() - 4);
    operation.remove_prefix(std::min(operation.find_first_not_of(blanks), operation.size()));
    return operation.substr(0, operation.find_last_not_of(blanks) + 1);
}

/// Of every tag "x:value" the value.
Strings tag_values(const Strings& tags, std::string_view name) {
    const std::string prefix = lower(name) + ":";
    Strings values;
    for (const std::string& tag : tags) {
        if (tag.starts_with(prefix)) values.push_back(tag.substr(prefix.size()));
    }
    return values;
}

/// The x of "tag(x)", where the operation is that function. Servers cut the function's name off only where it is
/// written in lower case, and look for a tag "Tag(x" otherwise.
std::optional<std::string_view> tag_of(std::string_view operation, std::string_view function) {
    const std::string opening = std::string(function) + "(";
    if (!lower(operation).starts_with(opening) || !operation.ends_with(')')) return std::nullopt;
    operation.remove_suffix(1);
    if (operation.starts_with(opening)) operation.remove_prefix(opening.size());
    return operation;
}

/// A placeholder, and what it stands for. Without a value it stands for nothing, which makes no subject.
struct Filling {
    std::string_view placeholder;
    Strings values;
    bool of_tag = false;
};

base::Result<Filling> filling_of(std::string_view placeholder, const TemplateValues& values) {
    const std::string_view operation = operation_of(placeholder);
    const std::string function = lower(operation);
    if (function == "name()") return Filling{placeholder, {values.name}};
    if (function == "subject()") return Filling{placeholder, {values.subject}};
    if (function == "account-name()") return Filling{placeholder, {values.account_name}};
    if (function == "account-subject()") return Filling{placeholder, {values.account_subject}};
    Filling filling{.placeholder = placeholder, .values = {}, .of_tag = true};
    if (const auto tag = tag_of(operation, "tag")) {
        filling.values = tag_values(values.tags, *tag);
    } else if (const auto account_tag = tag_of(operation, "account-tag")) {
        filling.values = tag_values(values.account_tags, *account_tag);
    } else {
        return base::Error{Errc::bad_template, "no placeholder " + std::string(placeholder)};
    }
    if (filling.values.empty()) filling.values.emplace_back();
    return filling;
}

base::Result<std::vector<Filling>> fillings_of(std::string_view entry, const TemplateValues& values) {
    std::vector<Filling> fillings;
    for (const std::string_view placeholder : placeholders_in(entry)) {
        auto filling = filling_of(placeholder, values);
        if (!filling) return filling.error();
        fillings.push_back(*std::move(filling));
    }
    return fillings;
}

std::string replaced(std::string subject, std::string_view from, std::string_view to) {
    for (std::size_t at = subject.find(from); at != std::string::npos;
         at = subject.find(from, at + to.size()))
        subject.replace(at, from.size(), to);
    return subject;
}

/// The subjects that one entry of a template becomes: every combination of values, and in each of them a
/// placeholder's value wherever the placeholder stands.
base::Result<Strings> fill_entry(const std::string& entry, const TemplateValues& values, std::size_t room) {
    const auto fillings = fillings_of(entry, values);
    if (!fillings) return fillings.error();
    std::size_t combinations = 1;
    for (const Filling& filling : *fillings) {
        combinations *= filling.values.size();
        if (filling.of_tag && combinations > room)
            return base::Error{Errc::bad_template, "more than 4096 subjects"};
    }
    Strings filled{entry};
    for (const Filling& filling : *fillings) {
        Strings longer;
        for (const std::string& subject : filled) {
            for (const std::string& value : filling.values)
                longer.push_back(replaced(subject, filling.placeholder, value));
        }
        filled = std::move(longer);
    }
    return filled;
}

enum class Incomplete { dropped, refused };

bool has_placeholder(std::string_view entry) {
    return !placeholders_in(entry).empty();
}

Strings each_once(const Strings& list) {
    Strings once;
    std::set<std::string_view> seen;
    for (const std::string& entry : list) {
        if (seen.insert(entry).second) once.push_back(entry);
    }
    return once;
}

/// Servers before 2.11 know a placeholder as a whole token only, in letters of any size and without blanks.
bool is_placeholder_token(std::string_view token) {
    return token.starts_with("{{") && token.ends_with("}}");
}

bool has_placeholder_token(std::string_view entry) {
    while (!entry.empty()) {
        if (is_placeholder_token(next_token(entry))) return true;
    }
    return false;
}

/// What a placeholder that is a whole token stands for; one that is not known stands for nothing.
Strings token_values(std::string_view token, const TemplateValues& values) {
    const std::string placeholder = lower(token);
    if (operation_of(placeholder).size() + 4 != placeholder.size()) return {};
    auto filling = filling_of(placeholder, values);
    return filling ? std::move(filling->values) : Strings();
}

/// fill_entry() as servers before 2.11 do it: each token by itself. They have no limit, and we do not follow them for ever.
base::Result<Strings> fill_tokens(const std::string& entry, const TemplateValues& values) {
    Strings filled{{}};
    std::string_view rest = entry;
    for (const char* dot = ""; !rest.empty(); dot = ".") {
        const std::string_view token = next_token(rest);
        const Strings fillings =
            is_placeholder_token(token) ? token_values(token, values) : Strings{std::string(token)};
        if (filled.size() * fillings.size() > 16 * max_subjects)
            return base::Error{Errc::bad_template, "more than 65536 subjects"};
        Strings longer;
        for (const std::string& subject : filled) {
            for (const std::string& value : fillings)
                longer.push_back(subject + dot + value);
        }
        filled = std::move(longer);
    }
    return filled;
}

base::Result<Strings> fill_list(const Strings& list, Incomplete incomplete, const TemplateValues& values,
                                ServerRelease release) {
    const bool by_token = release < ServerRelease{2, 11};
    if (std::ranges::none_of(list, by_token ? has_placeholder_token : has_placeholder)) return list;
    Strings filled;
    for (const std::string& entry : list) {
        const std::size_t room = max_subjects - std::min(max_subjects, filled.size());
        const auto subjects = by_token ? fill_tokens(entry, values) : fill_entry(entry, values, room);
        if (!subjects) return subjects.error();
        const bool complete = !subjects->empty() && std::ranges::all_of(*subjects, valid_subject);
        if (incomplete == Incomplete::refused && !complete) {
            return base::Error{Errc::bad_template, "\"" + entry + "\" is denied and cannot be filled in"};
        }
        std::ranges::copy_if(*subjects, std::back_inserter(filled), valid_subject);
    }
    return each_once(filled);
}

base::Result<Permission> fill_permission(const Permission& scope, const TemplateValues& values,
                                         ServerRelease release) {
    base::Result<Strings> allow = fill_list(scope.allow, Incomplete::dropped, values, release);
    if (!allow) return allow.error();
    base::Result<Strings> deny = fill_list(scope.deny, Incomplete::refused, values, release);
    if (!deny) return deny.error();
    // An empty list would allow everything.
    if (allow->empty() && !scope.allow.empty()) deny->emplace_back(">");
    return Permission{.allow = std::move(*allow), .deny = std::move(*deny), .extra = scope.extra};
}

}  // namespace

base::Result<Strings> placeholder_values(std::string_view placeholder, const TemplateValues& values) {
    auto filling = filling_of(placeholder, values);
    if (!filling) return filling.error();
    return std::move(filling->values);
}

std::vector<std::string_view> placeholders_in(std::string_view subject) {
    std::vector<std::string_view> found;
    for (std::size_t open = subject.find("{{"); open != std::string_view::npos;) {
        const std::size_t close = subject.find('}', open + 2);
        const bool whole = close > open + 2 && subject.substr(std::min(close, subject.size()), 2) == "}}";
        if (whole) found.push_back(subject.substr(open, close + 2 - open));
        open = subject.find("{{", whole ? close + 2 : open + 1);
    }
    return found;
}

base::Result<UserPermissionLimits> fill_template(const UserPermissionLimits& scope,
                                                 const TemplateValues& values, ServerRelease release) {
    UserPermissionLimits filled = scope;
    base::Result<Permission> pub = fill_permission(scope.pub, values, release);
    if (!pub) return pub.error().within("publish");
    base::Result<Permission> sub = fill_permission(scope.sub, values, release);
    if (!sub) return sub.error().within("subscribe");
    filled.pub = std::move(*pub);
    filled.sub = std::move(*sub);
    return filled;
}

}  // namespace natscreds::jwt
