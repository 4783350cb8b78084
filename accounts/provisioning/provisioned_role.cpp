#include <natscreds/accounts/provisioning/provisioned_role.h>

#include <algorithm>
#include <array>

#include <natscreds/accounts/errc.h>

namespace natscreds::accounts {
namespace {

struct Preset {
    const char* name;
    jwt::UserPermissionLimits (*permissions)(const std::string& account);
};

/// A presence message of the chat carries a whole user JWT.
constexpr std::int64_t chat_payload = 8192;

/// The tutorial's chat.
jwt::UserPermissionLimits chat(const std::string& account) {
    const std::string chat = "chat." + account;
    jwt::UserPermissionLimits limits;
    limits.pub.allow = {chat + ".dms.*", chat + ".online", chat + ".posts.*"};
    limits.sub.allow = {chat + ".dms.{{subject()}}", chat + ".online", chat + ".posts.*"};
    limits.payload = chat_payload;
    return limits;
}

/// Listens below services and its own name, and answers.
jwt::UserPermissionLimits service(const std::string&) {
    jwt::UserPermissionLimits limits;
    limits.pub.allow = {"_INBOX.>", "_INBOX_.>", "_R_.>", "services.{{name()}}.>"};
    limits.sub.allow = {"services.{{name()}}.>"};
    return limits;
}

/// Hears the chat, and says nothing.
jwt::UserPermissionLimits readonly(const std::string& account) {
    const std::string chat = "chat." + account;
    jwt::UserPermissionLimits limits;
    limits.sub.allow = {chat + ".online", chat + ".posts.*"};
    limits.payload = chat_payload;
    return limits;
}

/// A leaf node that carries the account's chat.
jwt::UserPermissionLimits leaf(const std::string& account) {
    jwt::UserPermissionLimits limits;
    limits.pub.allow = {"chat." + account + ".>"};
    limits.sub.allow = {"chat." + account + ".>"};
    limits.allowed_connection_types = {"LEAFNODE"};
    return limits;
}

constexpr std::array all{Preset{"chat", chat}, Preset{"service", service}, Preset{"readonly", readonly},
                         Preset{"leaf", leaf}};

void sort_and_add(std::vector<std::string>& subjects, const std::string& more) {
    subjects.push_back(more);
    std::ranges::sort(subjects);
    subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
}

}  // namespace

std::vector<std::string> presets() {
    std::vector<std::string> names;
    for (const Preset& preset : all)
        names.emplace_back(preset.name);
    return names;
}

base::Result<jwt::UserPermissionLimits> preset_permissions(std::string_view preset, const Name& account) {
    const auto* const found =
        std::ranges::find(all, preset, [](const Preset& one) { return std::string_view(one.name); });
    if (found == all.end()) return base::Error{Errc::no_preset, std::string(preset)};
    return with_own_inbox(found->permissions(account.text()));
}

jwt::UserPermissionLimits with_own_inbox(jwt::UserPermissionLimits permissions) {
    sort_and_add(permissions.pub.allow, "chat.req.renew.{{subject()}}");
    sort_and_add(permissions.sub.allow, "_INBOX_.{{subject()}}.>");
    if (permissions.allowed_connection_types.empty())
        permissions.allowed_connection_types = {"STANDARD", "WEBSOCKET"};
    return permissions;
}

jwt::UserPermissionLimits requester_permissions() {
    jwt::UserPermissionLimits limits;
    limits.pub.allow = {"chat.req.access.{{subject()}}"};
    limits.sub.allow = {"_INBOX_.{{subject()}}.>"};
    return limits;
}

}  // namespace natscreds::accounts
