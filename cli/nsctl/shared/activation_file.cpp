#include "shared/activation_file.h"

#include "errors.h"
#include "shared/token_file.h"

namespace natscreds::nsctl {

base::Result<jwt::Decoded<jwt::ActivationClaims>> read_activation(const Session& session,
                                                                  const std::string& file,
                                                                  const std::string& account) {
    if (file.find("://") != std::string::npos) return base::Error{Errc::over_http, file};
    auto activation = read_token<jwt::ActivationClaims>(session, file);
    if (!activation) return activation;
    const std::string& target = activation->content.subject;
    if (target != account && target != "public")
        return base::Error{accounts::Errc::not_for_this, file + " (for " + target + ")"};
    return activation;
}

void use_activation(jwt::Import& target, const jwt::Decoded<jwt::ActivationClaims>& activation) {
    const jwt::ActivationClaims& claims = activation.claims();
    if (target.name.empty()) target.name = activation.content.name;
    target.subject = claims.subject;
    target.type = claims.kind;
    target.account = claims.issuer_account.empty() ? activation.issuer.text() : claims.issuer_account;
    target.token = activation.token.text();
    if (claims.kind == "service" && target.local_subject.empty()) target.local_subject = claims.subject;
}

}  // namespace natscreds::nsctl
