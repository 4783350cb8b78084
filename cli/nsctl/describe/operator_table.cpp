#include "describe/tables.h"
#include "shared/table_parts.h"

namespace natscreds::nsctl {

std::string operator_tables(const jwt::Decoded<jwt::OperatorClaims>& token, const NamesByKey& names,
                            base::Time now) {
    const jwt::OperatorClaims& claims = token.claims();
    TokenTable table("Operator Details");
    add_head(table, token, {.label = "Operator ID", .issuer_account = "", .tags = claims.tags, .now = now});
    if (!claims.account_server_url.empty()) table.add_row({"Account JWT Server", claims.account_server_url});
    add_list(table, "Operator Service URLs", claims.operator_service_urls);
    if (!claims.system_account.empty()) {
        const auto name = names.find(claims.system_account);
        const std::string behind = name == names.end() ? "" : " / " + name->second;
        table.add_row({"System Account", claims.system_account + behind});
    }
    table.add_row({"Require Signing Keys", claims.strict_signing_key_usage ? "true" : "false"});
    if (!claims.signing_keys.empty()) table.add_separator();
    add_list(table, "Signing Keys", claims.signing_keys);
    return table.text();
}

}  // namespace natscreds::nsctl
