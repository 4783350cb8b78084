#include <natscreds/provisioner/identity/role_object.h>

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include <natscreds/jwt/strict_json.h>
#include <natscreds/jwt/subject.h>
#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::identity {
namespace {

using Json = nlohmann::json;

constexpr std::size_t max_object_bytes = 256 * 1024;
constexpr std::size_t max_subjects = 256;
constexpr std::size_t max_subject_bytes = 256;
constexpr std::size_t max_name_bytes = 253;

Json member(const Json& object, std::string_view name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() ? *found : Json();
}

std::string text(const Json& object, std::string_view name) {
    const Json value = member(object, name);
    return value.is_string() ? value.get<std::string>() : std::string();
}

base::Error bad_role(const AccountName& account, const std::string& why) {
    const bool named = !account.namespace_name.empty() && !account.name.empty();
    return {Errc::bad_role, (named ? account.text() + ": " : "") + why};
}

/// Whether the object has these fields, each of them, and no others.
bool has_exactly(const Json& object, std::initializer_list<std::string_view> fields) {
    if (!object.is_object() || object.size() != fields.size()) return false;
    return std::ranges::all_of(fields, [&](std::string_view field) { return object.contains(field); });
}

enum class Queue { refused, allowed };

/// "subject", or "subject queue" where a queue may stand.
bool valid_entry(std::string_view entry, Queue queue) {
    if (entry.size() > max_subject_bytes) return false;
    const std::size_t space = entry.find(' ');
    if (space == std::string_view::npos) return jwt::valid_subject(entry);
    return queue == Queue::allowed && jwt::valid_subject(entry.substr(0, space)) &&
           jwt::valid_subject(entry.substr(space + 1));
}

base::Result<jwt::Permission> read_list(const Json& list, const std::string& field, Queue queue) {
    if (!list.is_array() || list.size() > max_subjects) {
        return base::Error{Errc::bad_role,
                           field + " is a list of at most " + std::to_string(max_subjects) + " subjects"};
    }
    jwt::Permission permission;
    for (const Json& entry : list) {
        const std::string subject = entry.is_string() ? entry.get<std::string>() : std::string();
        if (!valid_entry(subject, queue))
            return base::Error{Errc::bad_role, field + ": " + entry.dump() + " is not a subject"};
        permission.allow.push_back(subject);
    }
    return permission;
}

base::Status read_permissions(const Json& object, ServiceRole& role) {
    const Json spec = member(object, "spec");
    if (!has_exactly(spec, {"permissions"}))
        return bad_role(role.account, "spec has permissions, and no more");
    const Json permissions = member(spec, "permissions");
    if (!has_exactly(permissions, {"publish", "subscribe"}))
        return bad_role(role.account, "spec.permissions has publish and subscribe, both, and no more");
    auto publish = read_list(member(permissions, "publish"), "spec.permissions.publish", Queue::refused);
    if (!publish) return bad_role(role.account, publish.error().detail);
    auto subscribe =
        read_list(member(permissions, "subscribe"), "spec.permissions.subscribe", Queue::allowed);
    if (!subscribe) return bad_role(role.account, subscribe.error().detail);
    role.publish = std::move(*publish);
    role.subscribe = std::move(*subscribe);
    return {};
}

}  // namespace

bool valid_object_name(std::string_view name) noexcept {
    constexpr std::string_view inner = "abcdefghijklmnopqrstuvwxyz0123456789-.";
    constexpr std::string_view outer = inner.substr(0, inner.size() - 2);
    return !name.empty() && name.size() <= max_name_bytes &&
           name.find_first_not_of(inner) == std::string_view::npos &&
           outer.find(name.front()) != std::string_view::npos &&
           outer.find(name.back()) != std::string_view::npos;
}

base::Result<RoleObject> parse_role_object(std::string_view json) {
    if (json.size() > max_object_bytes) return base::Error{Errc::too_large, "NatsServiceRole"};
    const auto checked = jwt::check_json_object(json);
    if (!checked) return base::Error{Errc::bad_json, "NatsServiceRole: " + checked.error().detail};
    const Json object = Json::parse(json);
    const Json metadata = member(object, "metadata");
    RoleObject read{
        .cluster = text(member(metadata, "labels"), role_cluster_label),
        .role = {.account = {.namespace_name = text(metadata, "namespace"), .name = text(metadata, "name")},
                 .publish = {},
                 .subscribe = {},
                 .uid = text(metadata, "uid")}};
    const AccountName& account = read.role.account;
    if (text(object, "kind") != role_kind || text(object, "apiVersion") != role_api_version) {
        return bad_role(account, "not a " + std::string(role_kind) + " of " + std::string(role_api_version));
    }
    if (!valid_object_name(account.name)) return bad_role(account, "metadata.name is not a ServiceAccount's");
    if (!valid_object_name(account.namespace_name))
        return bad_role(account, account.name + ": metadata.namespace is missing, or not a namespace's name");
    if (const auto permitted = read_permissions(object, read.role); !permitted) return permitted.error();
    return read;
}

}  // namespace natscreds::provisioner::identity
