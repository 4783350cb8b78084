#pragma once

#include <string>
#include <variant>
#include <vector>

#include <natscreds/jwt/account_claims.h>
#include <natscreds/jwt/operator_claims.h>
#include <natscreds/jwt/user_claims.h>

namespace natscreds::jwt {

/// Leave for another account to import. Subject: that account's public key.
/// Source: nats-io/jwt v2 activation_claims.go.
struct ActivationClaims {
    std::string subject;
    std::string kind;  ///< "stream" or "service"
    std::string issuer_account;
    std::vector<std::string> tags;
    Extra extra;

    bool operator==(const ActivationClaims&) const = default;
};

/// Anything else that is signed with an nkey: any issuer, any subject.
///
/// Shape:   `body` is the whole `nats` object as JSON text; `type` is an ordinary field of it, `version` is
///          always signed as 2, and the fields are written in the order of their names, as Go writes a map.
/// Source:  nats-io/jwt v2 generic_claims.go.
struct GenericClaims {
    std::string body = "{}";

    bool operator==(const GenericClaims&) const = default;
};

using AnyClaims = std::variant<OperatorClaims, AccountClaims, UserClaims, ActivationClaims, GenericClaims>;

}  // namespace natscreds::jwt
