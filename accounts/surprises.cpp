#include <natscreds/accounts/surprises.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>

#include <natscreds/base/letters.h>
#include <natscreds/jwt/subject.h>
#include <natscreds/jwt/template.h>

namespace natscreds::accounts {
namespace {

using Issues = std::vector<jwt::Issue>;
using Strings = std::vector<std::string>;

/// A server's max_control_line unless it is told another one.
constexpr std::size_t max_connect_bytes = 4096;
/// What a client sends in CONNECT beside the JWT: the signature, the client's language and version, its wishes.
constexpr std::size_t beside_the_jwt = 256;

std::string in_quotes(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

void warn(Issues& issues, std::string text) {
    issues.push_back({jwt::Severity::warning, std::move(text)});
}

// ---- limits

void check_connect_line(Issues& issues, const jwt::Decoded<jwt::UserClaims>& user) {
    const std::size_t length = user.token.text().size();
    if (length + beside_the_jwt <= max_connect_bytes) return;
    warn(issues, "the JWT has " + std::to_string(length) + " bytes: servers take CONNECT lines up to " +
                     std::to_string(max_connect_bytes) +
                     " bytes, with what else stands in them, unless their max_control_line is larger");
}

/// Of a user, a scope or an account.
template <class Limits>
void check_messages(Issues& issues, const Limits& limits) {
    if (limits.subs == 0) warn(issues, "subs is 0 or missing: servers allow no subscription; -1 is no limit");
    if (limits.payload == 0)
        warn(issues, "payload is 0 or missing: servers allow empty messages only; -1 is no limit");
}

void check_storage(Issues& issues, const std::string& tier, const jwt::JetStreamLimits& limits) {
    if (limits.mem_storage == 0 && limits.disk_storage == 0) return;
    const std::string where = tier.empty() ? "" : " in tier " + in_quotes(tier);
    struct Limit {
        const char* name;
        std::int64_t value;
    };
    for (const Limit& limit : {Limit{"streams", limits.streams}, Limit{"consumer", limits.consumer}}) {
        if (limit.value != 0) continue;
        warn(issues, std::string(limit.name) + " is 0 or missing" + where +
                         ": servers with JetStream take that for no limit; -1 says so");
    }
}

void check_account_limits(Issues& issues, const jwt::AccountLimits& limits) {
    if (limits.conn == 0) warn(issues, "conn is 0 or missing: servers allow no connection; -1 is no limit");
    if (limits.leaf == 0) warn(issues, "leaf is 0 or missing: servers let no leaf node in; -1 is no limit");
    check_messages(issues, limits);
    check_storage(issues, "", limits.jetstream);
    for (const auto& [tier, tier_limits] : limits.tiered_limits)
        check_storage(issues, tier, tier_limits);
}

// ---- templates

enum class List { allowed, denied };

/// What is in a list, each of them with what it is in.
struct Template {
    const char* verb;  ///< "publish"
    List kind;
    const Strings& entries;
};

std::vector<Template> lists_of(const jwt::Permissions& permissions) {
    return {{"publish", List::allowed, permissions.pub.allow},
            {"publish", List::denied, permissions.pub.deny},
            {"subscribe", List::allowed, permissions.sub.allow},
            {"subscribe", List::denied, permissions.sub.deny}};
}

bool has_placeholder(std::string_view entry) {
    return !jwt::placeholders_in(entry).empty();
}

/// Users are refused for a denied subject that cannot be filled in; an allowed one is left out.
void add_unfilled(Issues& issues, const Template& list, const std::string& entry, const std::string& why) {
    const bool denied = list.kind == List::denied;
    issues.push_back({denied ? jwt::Severity::error : jwt::Severity::warning,
                      std::string(list.verb) + (denied ? " deny " : " allow ") + in_quotes(entry) + ": " +
                          why + (denied ? ", and servers refuse the user" : ", and servers leave it out")});
}

bool is_whole_token(std::string_view entry, std::string_view placeholder) {
    const auto at = static_cast<std::size_t>(placeholder.data() - entry.data());
    const bool begins = at == 0 || entry[at - 1] == '.';
    const std::size_t end = at + placeholder.size();
    return begins && (end == entry.size() || entry[end] == '.');
}

void check_placeholder(Issues& issues, const Template& list, const std::string& entry,
                       std::string_view placeholder) {
    const std::string_view inner = placeholder.substr(2);
    const std::string lower = base::lower(inner);
    const bool of_tag = lower.starts_with("tag(") || lower.starts_with("account-tag(");
    const std::string_view function = inner.substr(0, inner.find('('));
    if (of_tag && function != base::lower(function)) {
        add_unfilled(issues, list, entry,
                     "servers from 2.11 on fill in " + base::lower(function) + " in small letters only");
    }
    if (inner.find(' ') != std::string_view::npos)
        warn(issues, in_quotes(entry) + ": servers before 2.11 know no placeholder with a blank in it");
    if (!is_whole_token(entry, placeholder)) {
        warn(issues, in_quotes(entry) +
                         ": servers before 2.14 may leave a placeholder that is a part of a token as "
                         "it is (2.10 does)");
    }
}

void check_repeated(Issues& issues, const std::string& entry) {
    std::set<std::string> seen;
    for (const std::string_view placeholder : jwt::placeholders_in(entry)) {
        const bool again = !seen.insert(base::lower(placeholder)).second;
        if (!again || base::lower(placeholder).find("tag(") == std::string::npos) continue;
        warn(issues,
             in_quotes(entry) + ": " + std::string(placeholder) +
                 " twice is the same value twice, but every combination of values for servers up to 2.10");
    }
}

/// A blank that stands in no placeholder has a queue behind it.
bool has_queue(const std::string& entry) {
    std::size_t inside = 0;
    for (const std::string_view placeholder : jwt::placeholders_in(entry))
        inside += static_cast<std::size_t>(std::ranges::count(placeholder, ' '));
    return static_cast<std::size_t>(std::ranges::count(entry, ' ')) > inside;
}

void check_template(Issues& issues, const Template& list) {
    const bool filled = std::ranges::any_of(list.entries, has_placeholder);
    for (const std::string& entry : list.entries) {
        const auto placeholders = jwt::placeholders_in(entry);
        if (filled && has_queue(entry))
            add_unfilled(issues, list, entry, "a queue in a list with a placeholder is no subject");
        for (const std::string_view placeholder : placeholders)
            check_placeholder(issues, list, entry, placeholder);
        if (placeholders.empty() && entry.find("{{") != std::string::npos)
            warn(issues, in_quotes(entry) + ": this is no placeholder, and stays as it stands");
        check_repeated(issues, entry);
    }
}

// ---- what a user makes of a template

void check_value(Issues& issues, const Template& list, const std::string& entry, const std::string& value) {
    const std::string is = "a value is " + in_quotes(value);
    if (value.empty()) return add_unfilled(issues, list, entry, "a placeholder has no value");
    if (!jwt::valid_subject(value)) return add_unfilled(issues, list, entry, is + ", which is no subject");
    if (!jwt::literal_subject(value)) {
        warn(issues, in_quotes(entry) + ": " + is + ", which is a wildcard for servers too");
    } else if (value.find('.') != std::string::npos) {
        warn(issues, in_quotes(entry) + ": " + is + ", which is more than one token");
    }
}

void check_values(Issues& issues, const Template& list, const jwt::TemplateValues& values) {
    for (const std::string& entry : list.entries) {
        for (const std::string_view placeholder : jwt::placeholders_in(entry)) {
            const auto found = jwt::placeholder_values(placeholder, values);
            if (!found) continue;  // the scope's own fault, which fill_template() names
            for (const std::string& value : *found)
                check_value(issues, list, entry, value);
        }
    }
}

const jwt::UserScope* scope_of(const jwt::Decoded<jwt::UserClaims>& user, const jwt::AccountClaims& account) {
    const auto key = account.signing_keys.find(user.issuer.text());
    const bool scoped = key != account.signing_keys.end() && key->second;
    return scoped ? &*key->second : nullptr;
}

void check_under_scope(Issues& issues, const jwt::UserScope& scope, const jwt::TemplateValues& values) {
    for (const Template& list : lists_of(scope.permissions))
        check_values(issues, list, values);
    const auto filled = jwt::fill_template(scope.permissions, values);
    const bool said = std::ranges::any_of(
        issues, [](const jwt::Issue& issue) { return issue.severity == jwt::Severity::error; });
    if (!filled && !said)
        issues.push_back({jwt::Severity::error, "servers refuse the user: " + filled.error().message()});
}

// ---- imports

bool names_at(const std::string& subject, std::int64_t position, const std::string& key) {
    std::string_view rest = subject;
    for (std::int64_t token = 1; token < position; ++token) {
        const std::size_t dot = rest.find('.');
        if (dot == std::string_view::npos) return false;
        rest.remove_prefix(dot + 1);
    }
    return rest.substr(0, rest.find('.')) == key;
}

/// Why servers leave the import out; empty where they do not.
std::string why_dropped(const jwt::Import& imported, const jwt::AccountClaims& exporter,
                        const std::string& importer) {
    const auto covers = [&](const jwt::Export& one) {
        return one.type == imported.type && jwt::subject_covers(one.subject, imported.subject);
    };
    const auto exported = std::ranges::find_if(exporter.exports, covers);
    if (exported == exporter.exports.end())
        return "the account exports no " + imported.type + " that covers it";
    const std::int64_t position = exported->account_token_position;
    if (position > 0 && !names_at(imported.subject, position, importer)) {
        return "token " + std::to_string(position) + " has to be this account's key, " + importer;
    }
    if (exported->token_req && imported.token.empty())
        return "the export is private, and there is no activation";
    return "";
}

}  // namespace

Issues surprises_in(const jwt::Decoded<jwt::UserClaims>& user) {
    Issues issues;
    check_connect_line(issues, user);
    // Nothing set at all is how a user under a scope looks, and only a signing key can have a scope.
    if (user.claims().has_own_permissions() || user.claims().issuer_account.empty())
        check_messages(issues, user.claims());
    return issues;
}

Issues surprises_in(const jwt::Decoded<jwt::UserClaims>& user,
                    const jwt::Decoded<jwt::AccountClaims>& account) {
    Issues issues;
    check_connect_line(issues, user);
    if (account.claims().limits.disallow_bearer && is_bearer(user, account.claims()))
        issues.push_back({jwt::Severity::error, "is a bearer, and the account allows none"});
    const jwt::UserScope* const scope = scope_of(user, account.claims());
    if (scope == nullptr) {
        check_messages(issues, user.claims());
        return issues;
    }
    check_under_scope(issues, *scope,
                      {.name = user.content.name,
                       .subject = user.content.subject,
                       .tags = user.claims().tags,
                       .account_name = account.content.name,
                       .account_subject = account.content.subject,
                       .account_tags = account.claims().tags});
    return issues;
}

Issues surprises_in(const jwt::UserScope& scope) {
    Issues issues;
    check_messages(issues, scope.permissions);
    for (const Template& list : lists_of(scope.permissions))
        check_template(issues, list);
    return issues;
}

Issues surprises_in(const jwt::Decoded<jwt::AccountClaims>& account) {
    Issues issues;
    check_account_limits(issues, account.claims().limits);
    for (const auto& [key, scope] : account.claims().signing_keys) {
        if (!scope) continue;
        for (const jwt::Issue& issue : surprises_in(*scope))
            issues.push_back(
                {issue.severity,
                 "signing key " + in_quotes(scope->role.empty() ? key : scope->role) + ": " + issue.text});
    }
    return issues;
}

bool is_bearer(const jwt::Decoded<jwt::UserClaims>& user, const jwt::AccountClaims& account) {
    const jwt::UserScope* const scope = scope_of(user, account);
    return user.claims().bearer_token || (scope != nullptr && scope->permissions.bearer_token);
}

base::Result<AccountsByKey> accounts_by_key(const Store& store, std::set<std::string> wanted) {
    AccountsByKey found;
    if (wanted.empty()) return found;
    const auto names = store.accounts();
    if (!names) return names.error();
    for (const Name& name : *names) {
        const auto account = store.read_account(name);
        if (!account || wanted.erase(account->content.subject) == 0) continue;
        found.emplace(account->content.subject, account->claims());
        if (wanted.empty()) break;
    }
    return found;
}

Issues dropped_imports(const jwt::Decoded<jwt::AccountClaims>& account, const AccountsByKey& exporters) {
    Issues issues;
    for (const jwt::Import& imported : account.claims().imports) {
        const auto exporter = exporters.find(imported.account);
        if (exporter == exporters.end() || !imported.to.empty()) continue;
        const std::string why = why_dropped(imported, exporter->second, account.content.subject);
        if (!why.empty())
            warn(issues, "servers leave out the import of " + in_quotes(imported.subject) + ": " + why);
    }
    return issues;
}

}  // namespace natscreds::accounts
