#include <natscreds/accounts/provisioning/chat_history.h>

#include <algorithm>
#include <vector>

namespace natscreds::accounts {
namespace {

bool add_missing(std::vector<std::string>& subjects, const std::vector<std::string>& more) {
    const std::size_t before = subjects.size();
    for (const std::string& one : more) {
        if (std::ranges::count(subjects, one) == 0) subjects.push_back(one);
    }
    std::ranges::sort(subjects);
    return subjects.size() != before;
}

}  // namespace

std::string posts_stream(const Name& account) {
    return "CHAT_" + account.text();
}

std::string posts_subject(const Name& account) {
    return "chat." + account.text() + ".posts.*";
}

jwt::Permissions history_permissions(const Name& account) {
    jwt::Permissions permissions;
    permissions.pub.allow = {"$JS.API.DIRECT.GET." + posts_stream(account)};
    return permissions;
}

bool add_permissions(jwt::Permissions& permissions, const jwt::Permissions& more) {
    const bool published = add_missing(permissions.pub.allow, more.pub.allow);
    return add_missing(permissions.sub.allow, more.sub.allow) || published;
}

bool has_jetstream(const jwt::AccountClaims& account) {
    return account.limits.jetstream.disk_storage != 0 || !account.limits.tiered_limits.empty();
}

}  // namespace natscreds::accounts
