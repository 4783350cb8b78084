#include "describe/tables.h"
#include "shared/table_parts.h"

namespace natscreds::nsctl {

std::string user_tables(const jwt::Decoded<jwt::UserClaims>& token, base::Time now) {
    const jwt::UserClaims& claims = token.claims();
    TokenTable table("User");
    add_head(table, token,
             {.label = "User ID", .issuer_account = claims.issuer_account, .tags = claims.tags, .now = now});
    // Only a signing key can have a scope, and the token that it signs names the account.
    if (!claims.has_own_permissions() && !claims.issuer_account.empty()) {
        table.add_row({"Issuer Scoped", "Yes"});
        return table.text();
    }
    table.add_row({"Bearer Token", yes_no(claims.bearer_token)});
    add_permissions(table, claims);
    table.add_separator();
    add_user_limits(table, claims);
    if (!claims.allowed_connection_types.empty()) table.add_separator();
    add_list(table, "Allowed Connection Types", claims.allowed_connection_types);
    return table.text();
}

std::string scope_table(const std::string& key, const jwt::UserScope& scope) {
    TokenTable table("Scoped Signing Key - Details");
    table.add_row({"Key", key});
    table.add_row({"Role", scope.role});
    table.add_row({"Description", scope.description});
    add_permissions(table, scope.permissions);
    add_user_limits(table, scope.permissions);
    table.add_row({"Bearer Token", yes_no(scope.permissions.bearer_token)});
    if (!scope.permissions.allowed_connection_types.empty()) table.add_separator();
    add_list(table, "Allowed Connection Types", scope.permissions.allowed_connection_types);
    return table.text();
}

std::string plain_key_table(const std::string& key) {
    TokenTable table("Signing Key - Details");
    table.add_row({"Key", key});
    table.add_row({"Scope", "None"});
    return table.text();
}

}  // namespace natscreds::nsctl
