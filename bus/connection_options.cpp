#include <natscreds/bus/connection_options.h>

#include <algorithm>

#include <natscreds/jwt/subject.h>

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

std::string server_url(const std::string& server) {
    return server.find("://") == std::string::npos ? "nats://" + server : server;
}

std::string without_password(const std::string& url) {
    const std::size_t scheme = url.find("://");
    const std::size_t start = scheme == std::string::npos ? 0 : scheme + 3;
    const std::size_t at = url.rfind('@');
    if (at == std::string::npos || at < start) return url;
    const std::size_t colon = url.find(':', start);
    // A user without a password is a token, which is a secret as well.
    const bool has_user = colon != std::string::npos && colon < at;
    return url.substr(0, has_user ? colon + 1 : start) + "***" + url.substr(at);
}

}  // namespace natscreds::bus
