#include "rules.h"

#include <algorithm>
#include <array>

#include <natscreds/jwt/authorization_claims.h>

namespace natscreds::jwt {
namespace {

using nkeys::Kind;

constexpr std::array operator_only{Kind::operator_};
constexpr std::array account_only{Kind::account};
constexpr std::array server_only{Kind::server};
constexpr std::array account_or_operator{Kind::account, Kind::operator_};

}  // namespace

template <>
Rules rules<OperatorClaims>() {
    return {"operator", Kind::operator_, operator_only};
}
template <>
Rules rules<AccountClaims>() {
    return {"account", Kind::account, account_or_operator};
}
template <>
Rules rules<UserClaims>() {
    return {"user", Kind::user, account_only};
}
template <>
Rules rules<ActivationClaims>() {
    return {"activation", Kind::account, account_or_operator};
}
template <>
Rules rules<AuthorizationRequestClaims>() {
    return {"authorization_request", std::nullopt, server_only};
}
template <>
Rules rules<AuthorizationResponseClaims>() {
    return {"authorization_response", Kind::user, account_only};
}
template <>
Rules rules<GenericClaims>() {
    return {"", std::nullopt, {}};
}

base::Status check_issuer(const Rules& rules, const nkeys::PublicKey& issuer) {
    if (rules.issuer_kinds.empty()) return {};
    const bool allowed = std::ranges::find(rules.issuer_kinds, issuer.kind()) != rules.issuer_kinds.end();
    if (!allowed) return base::Error{Errc::wrong_issuer_kind, issuer.text()};
    return {};
}

base::Status check_subject(const Rules& rules, const std::string& subject) {
    if (subject.empty()) return base::Error{Errc::bad_subject, "the subject is empty"};
    if (!rules.subject_kind) return {};
    if (!nkeys::PublicKey::parse(subject, *rules.subject_kind))
        return base::Error{Errc::bad_subject, subject};
    return {};
}

}  // namespace natscreds::jwt
