#include "service_subjects.h"

#include <algorithm>

namespace natscreds::accounts {

std::string exported(const std::string& endpoint) {
    return "chat.req." + endpoint + ".*.*";
}

bool exports(const jwt::AccountClaims& account, const std::string& endpoint) {
    return std::ranges::any_of(account.exports, [&](const jwt::Export& one) {
        return one.type == "service" && one.subject == exported(endpoint) &&
               one.account_token_position == account_position;
    });
}

jwt::Import import_of(const std::string& endpoint, const std::string& service, const std::string& own) {
    jwt::Import made;
    made.name = exported(endpoint);
    made.subject = "chat.req." + endpoint + "." + own + ".*";
    made.account = service;
    made.local_subject = "chat.req." + endpoint + ".$1";
    made.type = "service";
    return made;
}

bool same_import(const jwt::Import& left, const jwt::Import& right) {
    return left.type == right.type && left.subject == right.subject && left.account == right.account &&
           left.local_subject == right.local_subject;
}

bool imports(const jwt::Decoded<jwt::AccountClaims>& client, const std::string& endpoint,
             const std::string& service) {
    const jwt::Import wanted = import_of(endpoint, service, client.content.subject);
    return std::ranges::any_of(client.claims().imports,
                               [&](const jwt::Import& one) { return same_import(one, wanted); });
}

}  // namespace natscreds::accounts
