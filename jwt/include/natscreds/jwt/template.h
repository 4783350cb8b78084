#pragma once

#include <string>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/jwt/permissions.h>

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

/// A scope's permissions as a server fills them in when a user connects.
///
/// Holds:   an allowed subject that cannot be filled in is left out, and when that leaves none, everything is
///          denied. A subject is filled in with every combination of its tags' values.
/// Fails:   Errc::bad_template, where a server refuses the connection: a denied subject that cannot be filled
///          in, a placeholder that no server knows, more than 4096 subjects in a list.
/// Source:  nats-server auth.go, processUserPermissionsTemplate. Servers before 2.11 replace whole tokens only.
[[nodiscard]] base::Result<UserPermissionLimits> fill_template(const UserPermissionLimits& scope,
                                                               const TemplateValues& values);

}  // namespace natscreds::jwt
