#include <natscreds/provisioner/identity/oidc_identity.h>

#include <algorithm>
#include <cstddef>

#include <nlohmann/json.hpp>

#include <natscreds/base/date.h>
#include <natscreds/base/letters.h>
#include <natscreds/provisioner/identity/errc.h>

#include "token_claims.h"

namespace natscreds::provisioner::identity {
namespace {

constexpr std::size_t max_sub_bytes = 255;

bool printable_subject(const std::string& text) {
    return !text.empty() && text.size() <= max_sub_bytes && std::ranges::all_of(text, base::is_printable);
}

base::Status check_party(const nlohmann::json& claims, const std::vector<std::string>& allowed) {
    if (allowed.empty()) return {};
    const std::string party = text_of(claims, "azp");
    if (party.empty()) return bad_claim("azp");
    if (std::ranges::find(allowed, party) != allowed.end()) return {};
    return base::Error{Errc::wrong_party, {}};
}

/// A token of a moment to come is one of a clock that is wrong, or no token.
base::Status check_issued(const nlohmann::json& claims, base::Time now, std::chrono::seconds tolerance) {
    const auto issued = time_of(claims, "iat");
    if (!issued) return bad_claim("iat");
    if (now + tolerance >= *issued) return {};
    return base::Error{Errc::not_yet_valid, base::why_not_valid({.not_before = *issued}, now)};
}

}  // namespace

base::Result<OidcClaims> examine_oidc(const ForeignJwt& token, const OidcExpected& expected, base::Time now) {
    const auto claims = nlohmann::json::parse(token.claims());
    if (text_of(claims, "iss") != expected.issuer)
        return base::Error{Errc::wrong_issuer, "expected \"" + expected.issuer + "\""};
    if (const auto ours = check_audience(claims, expected.audiences); !ours) return ours.error();
    if (const auto allowed = check_party(claims, expected.azp); !allowed) return allowed.error();
    const auto in_time = check_time(claims, now, expected.clock_tolerance);
    if (!in_time) return in_time.error();
    const auto issued = check_issued(claims, now, expected.clock_tolerance);
    if (!issued) return issued.error();
    std::string subject = text_of(claims, "sub");
    if (!printable_subject(subject)) return bad_claim("sub");
    return OidcClaims{.identity = expected.name,
                      .issuer = expected.issuer,
                      .subject = std::move(subject),
                      .expires = *time_of(claims, "exp"),
                      .claims = Claims::read(token.claims())};
}

base::Result<OidcIdentity> verify_oidc(const ForeignJwt& token, const KeySet& keys,
                                       const OidcExpected& expected, base::Time now) {
    if (const auto verified = keys.verify(token); !verified) return verified.error();
    auto claims = examine_oidc(token, expected, now);
    if (!claims) return claims.error();
    auto rule = choose_rule(expected.rules, claims->claims);
    if (!rule) return rule.error().within(claims->subject + " of " + claims->identity);
    return OidcIdentity(*std::move(claims), *std::move(rule));
}

}  // namespace natscreds::provisioner::identity
