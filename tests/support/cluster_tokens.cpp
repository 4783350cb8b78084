#include <support/cluster_tokens.h>

#include <nlohmann/json.hpp>

namespace natscreds::support {

std::string TokenClaims::json() const {
    nlohmann::json about{{"namespace", namespace_name}, {"serviceaccount", {{"name", name}, {"uid", "u1"}}}};
    if (!bound_to.empty()) about[bound_to] = {{"name", name + "-1"}, {"uid", "u2"}};
    const auto begin = issued.time_since_epoch().count();
    const nlohmann::json claims{{"iss", issuer},
                                {"aud", {audience}},
                                {"iat", begin},
                                {"nbf", begin},
                                {"exp", begin + life.count()},
                                {"sub", "system:serviceaccount:" + namespace_name + ":" + name},
                                {"kubernetes.io", about}};
    return claims.dump();
}

}  // namespace natscreds::support
