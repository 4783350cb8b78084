#include <support/token_cluster.h>

#include <nlohmann/json.hpp>

namespace natscreds::support {

using namespace provisioner::identity;

TokenCluster::TokenCluster(const base::Clock& clock)
    : clock_(clock),
      issuer_("EC", "cluster"),
      keys_(KeySet::parse(R"({"keys":[)" + issuer_.jwk() + "]}").value()) {}

std::string TokenCluster::token(const AccountName& account, base::Time expires) const {
    const nlohmann::json claims{
        {"iss", "https://cluster"},
        {"aud", {"nats"}},
        {"exp", expires.time_since_epoch().count()},
        {"sub", "system:serviceaccount:" + account.namespace_name + ":" + account.name},
        {"kubernetes.io",
         {{"namespace", account.namespace_name},
          {"serviceaccount", {{"name", account.name}, {"uid", "u"}}}}}};
    return issuer_.token(claims.dump());
}

base::Result<Verified> TokenCluster::verify(std::string_view token) {
    static const Expected expected{.issuer = "https://cluster", .audience = "nats"};
    const auto parsed = ForeignJwt::parse(token);
    if (!parsed) return parsed.error();
    auto account = verify_offline(*parsed, keys_, {expected, clock_.now()});
    if (!account) return account.error();
    return Verified(*std::move(account));
}

}  // namespace natscreds::support
