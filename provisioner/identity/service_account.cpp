#include <natscreds/provisioner/identity/service_account.h>

#include <algorithm>
#include <array>
#include <span>

#include <nlohmann/json.hpp>

#include <natscreds/provisioner/identity/errc.h>

#include "token_claims.h"

namespace natscreds::provisioner::identity {
namespace {

using Json = nlohmann::json;

/// RFC 1123 as Kubernetes has it: what names namespaces and, with dots, ServiceAccounts. Letters outside ASCII, which
/// could look like another name, are in neither.
bool is_dns_name(std::string_view text, std::string_view also, std::size_t longest) {
    const auto allowed = [&](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
               also.find(letter) != std::string_view::npos;
    };
    const auto is_edge = [](char letter) { return letter != '-' && letter != '.'; };
    return !text.empty() && text.size() <= longest && std::ranges::all_of(text, allowed) &&
           is_edge(text.front()) && is_edge(text.back());
}

base::Result<std::optional<BoundObject>> read_bound_object(const Json& kubernetes) {
    // A pod's token names its node too, which it is not bound to; so the pod comes first.
    constexpr std::array<std::pair<const char*, const char*>, 3> kinds{
        {{"pod", "Pod"}, {"secret", "Secret"}, {"node", "Node"}}};
    for (const auto& [field, kind] : kinds) {
        if (!kubernetes.contains(field)) continue;
        BoundObject object{kind, text_of(kubernetes[field], "name"), text_of(kubernetes[field], "uid")};
        if (object.name.empty() || object.uid.empty()) return bad_claim(field);
        return std::optional(std::move(object));
    }
    return std::optional<BoundObject>();
}

base::Result<ServiceAccountClaims> read_account(const Json& claims) {
    const Json kubernetes = claims.value("kubernetes.io", Json());
    if (!kubernetes.is_object()) return bad_claim("kubernetes.io");
    const Json owner = kubernetes.value("serviceaccount", Json());
    ServiceAccountClaims account{text_of(kubernetes, "namespace"), text_of(owner, "name"),
                                 text_of(owner, "uid")};
    if (!is_dns_name(account.namespace_name, "-", 63)) return bad_claim("kubernetes.io namespace");
    if (!is_dns_name(account.name, "-.", 253)) return bad_claim("kubernetes.io serviceaccount name");
    if (account.uid.empty()) return bad_claim("kubernetes.io serviceaccount uid");
    auto bound_to = read_bound_object(kubernetes);
    if (!bound_to) return bound_to.error();
    account.bound_to = std::move(*bound_to);
    return account;
}

base::Status check_owner(const ServiceAccountClaims& account, const Json& claims, const Expected& expected) {
    const std::string subject = "system:serviceaccount:" + account.namespace_name + ":" + account.name;
    if (text_of(claims, "sub") != subject) return base::Error{Errc::not_a_service_account, {}};
    const std::string kind = account.bound_to ? account.bound_to->kind : "";
    if (!expected.bound_to.empty() && std::ranges::find(expected.bound_to, kind) == expected.bound_to.end())
        return base::Error{Errc::not_bound, kind.empty() ? "bound to nothing" : "bound to a " + kind};
    return {};
}

}  // namespace

base::Result<ServiceAccountClaims> examine_claims(const ForeignJwt& token, const Examination& examination) {
    const Json claims = Json::parse(token.claims());
    const Expected& expected = examination.expected;
    if (text_of(claims, "iss") != expected.issuer)
        return base::Error{Errc::wrong_issuer, "expected \"" + expected.issuer + "\""};
    if (const auto checked = check_audience(claims, std::span(&expected.audience, 1)); !checked)
        return checked.error();
    if (const auto checked = check_time(claims, examination.now, expected.clock_tolerance); !checked)
        return checked.error();
    auto account = read_account(claims);
    if (!account) return account.error();
    if (const auto checked = check_owner(*account, claims, expected); !checked) return checked.error();
    account->expires = *time_of(claims, "exp");
    return account;
}

base::Result<ServiceAccount> verify_offline(const ForeignJwt& token, const KeySet& keys,
                                            const Examination& examination) {
    if (const auto verified = keys.verify(token); !verified) return verified.error();
    auto claims = examine_claims(token, examination);
    if (!claims) return claims.error();
    return ServiceAccount(std::move(*claims));
}

}  // namespace natscreds::provisioner::identity
