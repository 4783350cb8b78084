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

std::string keys_stream(const Name& account) {
    return posts_stream(account) + "_KEYS";
}

std::string keys_subject(const Name& account) {
    return "chat." + account.text() + ".keys.*";
}

std::string sealed_stream(const Name& account) {
    return posts_stream(account) + "_SEALED";
}

std::string sealed_subject(const Name& account) {
    return "chat." + account.text() + ".sealed.*.*.*";
}

jwt::Permissions history_permissions(const Name& account) {
    const std::string get = "$JS.API.DIRECT.GET.";
    const std::string chat = "chat." + account.text();
    const std::string sealed = get + sealed_stream(account) + "." + chat + ".sealed.";
    jwt::Permissions permissions;
    permissions.pub.allow = {get + posts_stream(account),  get + keys_stream(account),
                             sealed + "{{subject()}}.>",   sealed + "*.{{subject()}}.*",
                             chat + ".keys.{{subject()}}", chat + ".sealed.*.{{subject()}}.*"};
    return permissions;
}

bool add_permissions(jwt::Permissions& permissions, const jwt::Permissions& more) {
    const bool published = add_missing(permissions.pub.allow, more.pub.allow);
    return add_missing(permissions.sub.allow, more.sub.allow) || published;
}

bool has_jetstream(const jwt::AccountClaims& account) {
    return account.limits.jetstream.disk_storage != 0 || !account.limits.tiered_limits.empty();
}

bool has_chat_streams(const jwt::AccountClaims& account) {
    const std::int64_t streams = account.limits.jetstream.streams;
    // A server takes none for no limit.
    const bool enough = streams <= 0 || streams >= chat_streams;
    return has_jetstream(account) && (enough || !account.limits.tiered_limits.empty());
}

}  // namespace natscreds::accounts
