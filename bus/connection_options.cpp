#include <natscreds/bus/connection_options.h>

#include <algorithm>

#include <natscreds/base/letters.h>
#include <natscreds/jwt/subject.h>

#include "server_address.h"

namespace natscreds::bus {
namespace {

bool any_covers(const std::vector<std::string>& subjects, const std::string& wanted) {
    return std::any_of(subjects.begin(), subjects.end(), [&wanted](const std::string& subject) {
        return jwt::subject_covers(subject, wanted);
    });
}

bool allows(const jwt::Permission& listening, const std::string& subject) {
    if (any_covers(listening.deny, subject)) return false;
    return listening.allow.empty() || any_covers(listening.allow, subject);
}

}  // namespace

std::string private_inbox_prefix(const ConnectionOptions& options) {
    if (!options.credentials) return "_INBOX";
    const jwt::Decoded<jwt::UserClaims>& user = options.credentials->user();
    const std::string prefix = "_INBOX_." + user.content.subject;
    return allows(user.claims().sub, prefix + ".>") ? prefix : "_INBOX";
}

bool wants_tls(const ConnectionOptions& options) {
    return options.tls_first || !options.tls_ca.empty() || !options.tls_cert.empty() ||
           std::ranges::any_of(options.servers, [](const std::string& server) {
               return server_url(server).starts_with("tls://");
           });
}

std::string server_url(const std::string& server) {
    const std::size_t mark = server.find("://");
    if (mark == std::string::npos) return "nats://" + server;
    return base::lower(server.substr(0, mark)) + server.substr(mark);
}

std::string without_password(const std::string& url) {
    const auto user = user_part(url);
    if (!user) return url;
    const auto start = static_cast<std::size_t>(user->data() - url.data());
    // A user without a password is a token, which is a secret as well.
    const std::size_t colon = user->find(':');
    const std::size_t shown = colon == std::string_view::npos ? 0 : colon + 1;
    return url.substr(0, start + shown) + "***" + url.substr(start + user->size());
}

}  // namespace natscreds::bus
