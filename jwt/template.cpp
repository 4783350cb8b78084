#include <natscreds/jwt/template.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <natscreds/base/letters.h>
#include <natscreds/jwt/errc.h>
#include <natscreds/jwt/subject.h>

namespace natscreds::jwt {
namespace {

constexpr std::size_t most_subjects = 4096;

using base::lower;

/// Of every tag "x:value" the value.
std::vector<std::string> tag_values(const std::vector<std::string>& tags, std::string_view name) {
    const std::string prefix = lower(name) + ":";
    std::vector<std::string> values;
    for (const std::string& tag : tags) {
        if (tag.starts_with(prefix)) values.push_back(tag.substr(prefix.size()));
    }
    return values;
}

/// The x of "tag(x)", when the operation is that function.
bool takes_tag(std::string_view operation, std::string_view function, std::string_view& name) {
    const bool matches = operation.size() > function.size() + 2 && operation.ends_with(')') &&
                         lower(operation.substr(0, function.size() + 1)) == std::string(function) + "(";
    if (matches) name = operation.substr(function.size() + 1, operation.size() - function.size() - 2);
    return matches;
}

base::Result<std::vector<std::string>> values_of(std::string_view operation, const TemplateValues& values) {
    const std::string function = lower(operation);
    using Values = std::vector<std::string>;
    if (function == "name()") return Values{values.name};
    if (function == "subject()") return Values{values.subject};
    if (function == "account-name()") return Values{values.account_name};
    if (function == "account-subject()") return Values{values.account_subject};
    std::string_view tag;
    if (takes_tag(operation, "tag", tag)) return tag_values(values.tags, tag);
    if (takes_tag(operation, "account-tag", tag)) return tag_values(values.account_tags, tag);
    return base::Error{Errc::bad_template, "no placeholder {{" + std::string(operation) + "}}"};
}

/// The subjects that one entry of a template becomes; none when a placeholder has no value.
base::Result<std::vector<std::string>> fill_subject(std::string_view entry, const TemplateValues& values) {
    std::vector<std::string> filled{""};
    while (!entry.empty()) {
        const std::size_t open = entry.find("{{");
        const std::size_t close = open == std::string_view::npos ? open : entry.find("}}", open);
        const std::string_view before = entry.substr(0, close == std::string_view::npos ? close : open);
        for (std::string& subject : filled)
            subject.append(before);
        if (close == std::string_view::npos) return filled;
        const auto replacements = values_of(entry.substr(open + 2, close - open - 2), values);
        if (!replacements) return replacements.error();
        if (filled.size() * replacements->size() > most_subjects) {
            return base::Error{Errc::bad_template, "more than 4096 subjects"};
        }
        std::vector<std::string> longer;
        for (const std::string& subject : filled) {
            for (const std::string& value : *replacements)
                longer.push_back(subject + value);
        }
        filled = std::move(longer);
        entry.remove_prefix(close + 2);
    }
    return filled;
}

enum class Incomplete { dropped, refused };

bool valid_entry(std::string_view entry) {
    const std::size_t blank = entry.find(' ');
    if (blank == std::string_view::npos) return valid_subject(entry);
    return valid_subject(entry.substr(0, blank)) && valid_subject(entry.substr(blank + 1));
}

base::Result<std::vector<std::string>> fill_list(const std::vector<std::string>& list, Incomplete incomplete,
                                                 const TemplateValues& values) {
    std::vector<std::string> filled;
    for (const std::string& entry : list) {
        const auto subjects = fill_subject(entry, values);
        if (!subjects) return subjects.error();
        const bool complete = !subjects->empty() && std::ranges::all_of(*subjects, valid_entry);
        if (!complete && incomplete == Incomplete::refused) {
            return base::Error{Errc::bad_template, "\"" + entry + "\" is denied and cannot be filled in"};
        }
        std::ranges::copy_if(*subjects, std::back_inserter(filled), valid_entry);
        if (filled.size() > most_subjects) return base::Error{Errc::bad_template, "more than 4096 subjects"};
    }
    return filled;
}

base::Result<Permission> fill_permission(const Permission& scope, const TemplateValues& values) {
    base::Result<std::vector<std::string>> allow = fill_list(scope.allow, Incomplete::dropped, values);
    if (!allow) return allow.error();
    base::Result<std::vector<std::string>> deny = fill_list(scope.deny, Incomplete::refused, values);
    if (!deny) return deny.error();
    // An empty list would allow everything.
    if (allow->empty() && !scope.allow.empty()) deny->emplace_back(">");
    return Permission{.allow = std::move(*allow), .deny = std::move(*deny), .extra = scope.extra};
}

}  // namespace

base::Result<UserPermissionLimits> fill_template(const UserPermissionLimits& scope,
                                                 const TemplateValues& values) {
    UserPermissionLimits filled = scope;
    base::Result<Permission> pub = fill_permission(scope.pub, values);
    if (!pub) return pub.error().within("publish");
    base::Result<Permission> sub = fill_permission(scope.sub, values);
    if (!sub) return sub.error().within("subscribe");
    filled.pub = std::move(*pub);
    filled.sub = std::move(*sub);
    return filled;
}

}  // namespace natscreds::jwt
