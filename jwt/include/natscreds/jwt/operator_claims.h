#pragma once

#include <string>
#include <vector>

#include <natscreds/jwt/extra.h>

namespace natscreds::jwt {

/// What an operator JWT says. Subject and issuer: the operator's key, or one of its signing keys as issuer.
/// Source: nats-io/jwt v2 operator_claims.go.
struct OperatorClaims {
    std::vector<std::string> signing_keys;
    std::string account_server_url;
    std::vector<std::string> operator_service_urls;
    std::string system_account;
    std::string assert_server_version;
    bool strict_signing_key_usage = false;
    std::vector<std::string> tags;
    Extra extra;

    bool operator==(const OperatorClaims&) const = default;
};

}  // namespace natscreds::jwt
