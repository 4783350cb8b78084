#include "options/signing_key_options.h"

#include <algorithm>
#include <utility>

#include <natscreds/accounts/signer.h>
#include <natscreds/jwt/template.h>
#include <natscreds/jwt/validate.h>

namespace natscreds::nsctl {
namespace {

/// Whether servers know all placeholders. What a tag stands for is known only with the user, so denied
/// subjects are looked at as allowed ones, which may go without a value.
base::Status check_placeholders(jwt::UserPermissionLimits limits) {
    for (jwt::Permission* list : {&limits.pub, &limits.sub}) {
        list->allow.insert(list->allow.end(), list->deny.begin(), list->deny.end());
        list->deny.clear();
    }
    const auto filled = jwt::fill_template(limits, {.name = "name",
                                                    .subject = "subject",
                                                    .tags = {},
                                                    .account_name = "account",
                                                    .account_subject = "account",
                                                    .account_tags = {}});
    return filled ? base::Status() : base::Status(filled.error());
}

/// What servers would refuse in a user's token they overlook in a scope, and then refuse its users.
base::Status check_limits(const jwt::UserPermissionLimits& limits) {
    const std::vector<jwt::Issue> issues = jwt::validate_limits(limits, {.now = {}});
    if (issues.empty()) return {};
    return base::Error{accounts::Errc::not_valid, issues.front().text};
}

}  // namespace

console::OptionList ScopeOptions::options() {
    return console::joined({{{"--role", &role, "name of the role that the key is for"},
                             {"--description", &description, "what the role is for"}},
                            limits.options()});
}

base::Result<jwt::UserScope> ScopeOptions::applied_to(std::optional<jwt::UserScope> before) const {
    jwt::UserScope scope = std::move(before).value_or(jwt::UserScope{});
    if (role) scope.role = *role;
    if (description) scope.description = *description;
    auto changed = limits.applied_to(std::move(scope.permissions));
    if (!changed) return changed.error();
    scope.permissions = *std::move(changed);
    if (base::Status good = check_limits(scope.permissions); !good) return good.error();
    if (base::Status known = check_placeholders(scope.permissions); !known) return known.error();
    return scope;
}

Strings ScopeOptions::report() const {
    Strings lines;
    if (role) lines.push_back("set role to " + in_quotes(*role));
    if (description) lines.push_back("changed description to " + in_quotes(*description));
    for (const std::string& line : limits.report())
        lines.push_back(line);
    return lines;
}

console::Option signing_key_option(std::string& key) {
    return {.names = "--sk,key",
            .to = &key,
            .help = "the signing key: its role, public key or file",
            .required = true};
}

base::Result<std::string> listed_signing_key(const Session& session, const jwt::AccountClaims& account,
                                             const std::string& named) {
    const auto& keys = account.signing_keys;
    if (keys.contains(named)) return named;
    const auto with_role =
        std::ranges::find_if(keys, [&](const auto& one) { return one.second && one.second->role == named; });
    if (with_role != keys.end()) return with_role->first;
    const base::Error none{accounts::Errc::no_such_key, in_quotes(named)};
    if (nkeys::PublicKey::parse(named)) return none;
    const auto key = accounts::find_key(named, session.keys());
    if (!key && key.error().code == accounts::Errc::not_a_key) return none;
    if (!key) return key.error();
    const std::string text = key->public_key().text();
    if (!keys.contains(text)) return base::Error{accounts::Errc::no_such_key, text};
    return text;
}

}  // namespace natscreds::nsctl
