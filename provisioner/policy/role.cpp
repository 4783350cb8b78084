#include <natscreds/provisioner/policy/role.h>

#include <vector>

#include <natscreds/jwt/subject.h>

namespace natscreds::provisioner {
namespace {

/// A presence message of the chat carries a whole user JWT.
constexpr std::int64_t chat_payload = 8192;
constexpr std::chrono::hours chat_ttl{1};

base::Error bad_role(const std::string& role, const std::string& why) {
    return {std::make_error_code(std::errc::invalid_argument), "role " + role + ": " + why};
}

std::string_view fill_token(std::string_view token, const Holder& holder) {
    if (token == "{{subject()}}") return holder.subject;
    if (token == "{{name()}}") return holder.name;
    return token;
}

/// Token by token, so that nothing but a whole token is ever replaced.
std::string fill(std::string_view subject, const Holder& holder) {
    std::string filled;
    for (std::size_t at = 0; at <= subject.size();) {
        const std::size_t dot = std::min(subject.find('.', at), subject.size());
        filled.append(fill_token(subject.substr(at, dot - at), holder));
        if (dot < subject.size()) filled.push_back('.');
        at = dot + 1;
    }
    return filled;
}

/// A subscription may name a queue group after a blank.
bool valid_entry(std::string_view entry) {
    const std::size_t blank = entry.find(' ');
    if (blank == std::string_view::npos) return jwt::valid_subject(entry);
    return jwt::valid_subject(entry.substr(0, blank)) && jwt::valid_subject(entry.substr(blank + 1));
}

base::Status fill_list(std::vector<std::string>& subjects, const Role& role, const Holder& holder) {
    for (std::string& subject : subjects) {
        std::string filled = fill(subject, holder);
        const bool good = valid_entry(filled) && filled.find("{{") == std::string::npos;
        if (!good) return bad_role(role.name, "\"" + subject + "\" does not become a valid subject");
        subject = std::move(filled);
    }
    return {};
}

void append(std::vector<std::string>& list, const std::vector<std::string>& more) {
    list.insert(list.end(), more.begin(), more.end());
}

void add(jwt::Permission& own, const jwt::Permission& besides) {
    append(own.allow, besides.allow);
    append(own.deny, besides.deny);
    if (own.allow.empty()) own.deny = {">"};
}

}  // namespace

base::Result<Role> chat_role(std::string_view account) {
    const std::string chat = "chat." + std::string(account) + ".";
    if (!jwt::literal_subject(chat + "online") || account.find('.') != std::string_view::npos) {
        return bad_role("chat",
                        "the account's name \"" + std::string(account) + "\" cannot stand in a subject");
    }
    Role role{.name = "chat", .ttl = chat_ttl};
    role.permissions.pub.allow = {chat + "dms.*", chat + "online", chat + "posts.*"};
    role.permissions.sub.allow = {"_INBOX_.{{subject()}}.>", chat + "dms.{{subject()}}", chat + "online",
                                  chat + "posts.*"};
    role.permissions.payload = chat_payload;
    // Without this limit an ordinary user may connect to a server's leaf node port.
    role.permissions.allowed_connection_types = {"STANDARD", "WEBSOCKET"};
    return role;
}

base::Result<jwt::UserPermissionLimits> expand(const Role& role, const Holder& holder) {
    jwt::UserPermissionLimits expanded = role.permissions;
    for (auto* list : {&expanded.pub.allow, &expanded.pub.deny, &expanded.sub.allow, &expanded.sub.deny}) {
        const base::Status filled = fill_list(*list, role, holder);
        if (!filled) return filled.error();
    }
    return expanded;
}

base::Result<jwt::Permissions> with_permissions(const Role& role, const Holder& holder,
                                                jwt::Permissions own) {
    const base::Result<jwt::UserPermissionLimits> besides = expand(role, holder);
    if (!besides) return besides.error();
    add(own.pub, besides->pub);
    add(own.sub, besides->sub);
    return own;
}

}  // namespace natscreds::provisioner
