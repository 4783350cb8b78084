#include "configuration_text.h"

#include <algorithm>

#include <natscreds/base/joined.h>

namespace natscreds::accounts {
namespace {

/// Where the first copy serves metrics and health; each further one on the next port.
constexpr std::size_t first_port = 9464;

std::string toml(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string toml(const std::vector<std::string>& texts) {
    return "[" + base::joined(texts, ", ", [](const std::string& text) { return toml(text); }) + "]";
}

void add_list(std::string& text, const char* key, const std::vector<std::string>& values) {
    if (!values.empty()) text += std::string(key) + " = " + toml(values) + "\n";
}

void add_limit(std::string& text, const char* key, std::int64_t limit) {
    if (limit != jwt::no_limit) text += std::string(key) + " = " + std::to_string(limit) + "\n";
}

bool may_renew(const jwt::UserPermissionLimits& permissions) {
    return std::ranges::count(permissions.pub.allow, "chat.req.renew.{{subject()}}") != 0;
}

std::string role_text(const ConfiguredRole& role) {
    std::string text =
        "\n# As the template of its signing key: change both together.\n[roles." + toml(role.name) + "]\n";
    if (!role.account_file.empty()) text += "account = " + toml(role.account_file) + "\n";
    text += "signing_key = " + toml(role.signing_key_file) + "\nttl = \"1h\"\n";
    if (may_renew(role.permissions)) text += "renewable = true\n";
    add_list(text, "publish", role.permissions.pub.allow);
    add_list(text, "publish_deny", role.permissions.pub.deny);
    add_list(text, "subscribe", role.permissions.sub.allow);
    add_list(text, "subscribe_deny", role.permissions.sub.deny);
    add_limit(text, "subscriptions", role.permissions.subs);
    add_limit(text, "payload", role.permissions.payload);
    text += "connection_types = " + toml(role.permissions.allowed_connection_types) + "\n";
    return text;
}

std::string ledger_text(const ConfigurationParts& parts, const ConfiguredPlace& place) {
    std::string text = "\n[ledger]\n";
    if (parts.wanted.bucket.empty())
        return text + "store = " + toml("sqlite:" + place.data_folder + "names.db") + "\n";
    text += "store = " + toml("jetstream:" + parts.wanted.bucket) + "   # the copies' in common\n";
    if (!parts.options.home.empty()) text += "home = " + toml(parts.options.home) + "\n";
    return text;
}

}  // namespace

std::string configuration_name(std::size_t copy, std::size_t copies) {
    return copies == 1 ? "provisioner.toml" : "provisioner-" + std::to_string(copy) + ".toml";
}

ConfiguredPlace place_of_copy(const DeploymentOptions& options, std::size_t copy) {
    const std::string own = options.copies > 1 ? "-" + std::to_string(copy) : "";
    return {.label = "provisioner" + own,
            .data_folder = "",
            .audit_file = "audit" + own + ".jsonl",
            .http_address = "127.0.0.1:" + std::to_string(first_port + copy - 1)};
}

std::string configuration_text(const ConfigurationParts& parts, const ConfiguredPlace& place) {
    std::string text =
        "# Made by nsctl provisioning init; what else may stand here: conf/policy/chat.toml.\n";
    text += "# Relative paths start at this file's folder.\n\n";
    text += "account = " + toml(parts.account_file) + "\n";
    text += "server_id = " + toml(place.label) + "\n";
    text += "requests = \"vouched\"\n";
    text += "service_account = " + toml(parts.service_account_file) + "\n";
    text += "client_accounts = " + toml(parts.client_keys) + "\n";
    text += "default_role = " + toml(parts.roles.front().name) + "\n\n[connection]\n";
    if (!parts.options.servers.empty()) {
        text += "server = " + toml(base::joined(parts.options.servers, ",")) + "\n";
    }
    text += "creds = \"provisioner.creds\"\n";
    for (const ConfiguredRole& role : parts.roles)
        text += role_text(role);
    text += "\n[names]\nreserved = [\"admin\", \"operator\", \"root\", \"system\"]\n";
    text += ledger_text(parts, place);
    text += "\n[audit]\nfile = " + toml(place.data_folder + place.audit_file) + "\n";
    text += "\n[http]\naddress = " + toml(place.http_address) + "\n";
    return text;
}

}  // namespace natscreds::accounts
