#include <natscreds/jwt/validate.h>

#include <algorithm>
#include <array>
#include <charconv>

#include <natscreds/jwt/authorization_claims.h>

#include "issues.h"
#include "time_zones.h"
#include "url.h"

namespace natscreds::jwt {
namespace {

using nkeys::Kind;

template <class C>
void check_times(Issues& issues, const Decoded<C>& decoded, base::Time now) {
    if (decoded.expired(now)) issues.time("the claims have expired");
    if (decoded.too_early(now)) issues.time("the claims do not hold yet");
}

/// "major.minor.update", or nothing at all.
bool is_version(std::string_view text) {
    if (text.empty()) return true;
    const std::vector<std::string_view> parts = tokens_of(text);
    return parts.size() == 3 && std::ranges::all_of(parts, [](std::string_view part) {
               if (part.starts_with('+')) part.remove_prefix(1);
               std::int64_t value = -1;
               const auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), value);
               return failed == std::errc() && end == part.data() + part.size() && value >= 0;
           });
}

void check_account_server_url(Issues& issues, const std::string& text) {
    if (text.empty()) return;
    const std::optional<Url> url = parse_url(text);
    if (!url) return issues.error("the account server's URL cannot be read: " + in_quotes(text));
    if (url->scheme.empty()) issues.error("the account server's URL has no scheme: " + in_quotes(text));
}

void check_service_url(Issues& issues, const std::string& text) {
    if (text.empty()) return;
    const std::optional<Url> url = parse_url(text);
    if (!url) return issues.error("a service URL cannot be read: " + in_quotes(text));
    if (url->has_user) return issues.error("a service URL has a user or password");
    if (!url->path.empty()) return issues.error("a service URL has a path: " + in_quotes(text));
    constexpr std::array<std::string_view, 4> schemes{"nats", "tls", "ws", "wss"};
    if (std::ranges::find(schemes, url->scheme) == schemes.end()) {
        issues.error("a service URL is not nats, tls, ws or wss: " + in_quotes(text));
    }
}

void check(Issues& issues, const Decoded<OperatorClaims>& decoded, const ValidationContext& /*context*/) {
    const OperatorClaims& claims = decoded.claims();
    check_account_server_url(issues, claims.account_server_url);
    for (const std::string& url : claims.operator_service_urls)
        check_service_url(issues, url);
    for (const std::string& key : claims.signing_keys) {
        if (!is_key(key, Kind::operator_)) issues.error("not an operator's public key: " + in_quotes(key));
    }
    const bool system_ok = claims.system_account.empty() || is_key(claims.system_account, Kind::account);
    if (!system_ok)
        issues.error("the system account is not an account's public key: " +
                     in_quotes(claims.system_account));
    if (!is_version(claims.assert_server_version)) {
        issues.error("the server version is not of the form 1.2.3: " +
                     in_quotes(claims.assert_server_version));
    }
}

void check(Issues& issues, const Decoded<AccountClaims>& decoded, const ValidationContext& /*context*/) {
    check_account(issues, decoded);
}

void check(Issues& issues, const Decoded<UserClaims>& decoded, const ValidationContext& context) {
    const UserClaims& claims = decoded.claims();
    check_permissions(issues, claims);
    check_user_limits(issues, claims, context);
    const bool account_ok = claims.issuer_account.empty() || is_key(claims.issuer_account, Kind::account);
    if (!account_ok)
        issues.error("the issuer account is not an account's public key: " +
                     in_quotes(claims.issuer_account));
}

void check(Issues& issues, const Decoded<ActivationClaims>& decoded, const ValidationContext& /*context*/) {
    check_activation(issues, decoded.claims());
}

void check(Issues& issues, const Decoded<AuthorizationRequestClaims>& decoded,
           const ValidationContext& /*context*/) {
    if (!is_key(decoded.claims().user_nkey, Kind::user))
        issues.error("the key for the user is not a user's public key: " +
                     in_quotes(decoded.claims().user_nkey));
}

void check(Issues& issues, const Decoded<AuthorizationResponseClaims>& decoded,
           const ValidationContext& /*context*/) {
    const AuthorizationResponseClaims& claims = decoded.claims();
    if (!is_key(decoded.content.audience, Kind::server))
        issues.error("the audience is not a server's public key: " + in_quotes(decoded.content.audience));
    if (claims.jwt.empty() == claims.error.empty()) issues.error("an answer has either a JWT or an error");
    const bool account_ok = claims.issuer_account.empty() || is_key(claims.issuer_account, Kind::account);
    if (!account_ok)
        issues.error("the issuer account is not an account's public key: " +
                     in_quotes(claims.issuer_account));
}

void check(Issues& /*issues*/, const Decoded<GenericClaims>& /*decoded*/,
           const ValidationContext& /*context*/) {}

}  // namespace

bool ValidationContext::is_system_time_zone(const std::string& name) {
    return jwt::is_time_zone(name, "/usr/share/zoneinfo");
}

void check_activation(Issues& issues, const ActivationClaims& claims) {
    if (claims.kind != "stream" && claims.kind != "service") {
        issues.error("an activation is for a stream or a service, not for " + in_quotes(claims.kind));
    }
    check_subject(issues, claims.subject);
    const bool account_ok = claims.issuer_account.empty() || is_key(claims.issuer_account, Kind::account);
    if (!account_ok)
        issues.error("the issuer account is not an account's public key: " +
                     in_quotes(claims.issuer_account));
}

template <class C>
std::vector<Issue> validate(const Decoded<C>& decoded, const ValidationContext& context) {
    Issues issues;
    check_times(issues, decoded, context.now);
    check(issues, decoded, context);
    return issues.take();
}

std::vector<Issue> validate_limits(const UserPermissionLimits& limits, const ValidationContext& context) {
    Issues issues;
    check_permissions(issues, limits);
    check_user_limits(issues, limits, context);
    return issues.take();
}

bool has_errors(std::span<const Issue> issues) {
    return std::ranges::any_of(issues, [](const Issue& issue) { return issue.severity == Severity::error; });
}

template std::vector<Issue> validate(const Decoded<OperatorClaims>&, const ValidationContext&);
template std::vector<Issue> validate(const Decoded<AccountClaims>&, const ValidationContext&);
template std::vector<Issue> validate(const Decoded<UserClaims>&, const ValidationContext&);
template std::vector<Issue> validate(const Decoded<ActivationClaims>&, const ValidationContext&);
template std::vector<Issue> validate(const Decoded<AuthorizationRequestClaims>&, const ValidationContext&);
template std::vector<Issue> validate(const Decoded<AuthorizationResponseClaims>&, const ValidationContext&);
template std::vector<Issue> validate(const Decoded<GenericClaims>&, const ValidationContext&);

}  // namespace natscreds::jwt
