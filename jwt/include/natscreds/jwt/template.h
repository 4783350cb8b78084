#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/jwt/permissions.h>
#include <natscreds/jwt/server_release.h>

namespace natscreds::jwt {

/// What the placeholders of a scope's template stand for.
struct TemplateValues {
    std::string name;                       ///< {{name()}}
    std::string subject;                    ///< {{subject()}}
    std::vector<std::string> tags;          ///< {{tag(x)}}: of a tag "x:value" the value, of several all
    std::string account_name;               ///< {{account-name()}}
    std::string account_subject;            ///< {{account-subject()}}
    std::vector<std::string> account_tags;  ///< {{account-tag(x)}}
};

/// The placeholders in a template's subject, in their order, with their braces: "{{name()}}". Between the braces
/// stands something, and no closing brace.
[[nodiscard]] std::vector<std::string_view> placeholders_in(std::string_view subject);

/// What a placeholder stands for: of a tag without a value one that is empty, which makes no subject.
/// Fails: Errc::bad_template, for a placeholder that no server knows.
[[nodiscard]] base::Result<std::vector<std::string>> placeholder_values(std::string_view placeholder,
                                                                        const TemplateValues& values);

/// A scope's permissions as a server fills them in when a user connects; every subject once.
///
/// Holds:   a subject is filled in with every combination of its placeholders' values; the same placeholder twice
///          in a subject is the same value twice. In a list with a placeholder only subjects stay: an allowed one
///          that cannot be filled in is left out, an entry with a queue too, and when that leaves none, everything
///          is denied. A list without one stays as it is. {{Tag(x)}} is never filled in: only {{tag(x)}} is.
/// Fails:   Errc::bad_template, where a server refuses the connection: a denied subject that cannot be filled
///          in, a placeholder that no server knows, tags that make a list longer than 4096 subjects.
///          Servers before 2.11 replace whole tokens only, fill in {{Tag(x)}}, give the same placeholder twice
///          every combination of its values, and pass over an allowed placeholder that they do not know.
/// Source:  nats-server 2.9.10, 2.10.27 and 2.15.1, tried.
[[nodiscard]] base::Result<UserPermissionLimits> fill_template(const UserPermissionLimits& scope,
                                                               const TemplateValues& values,
                                                               ServerRelease release = newest_release);

}  // namespace natscreds::jwt
