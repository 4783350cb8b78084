#include <natscreds/accounts/provisioning/running_copy.h>

#include <nlohmann/json.hpp>

namespace natscreds::accounts {
namespace {

using Fields = nlohmann::json;

std::string text_field(const Fields& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// "ACCOUNT KEY", "ACCOUNT KEY unusable"
RunningCopy::Role parse_role(std::string_view text) {
    const std::size_t first = text.find(' ');
    if (first == std::string_view::npos) return {.account = std::string(text), .signing_key = {}};
    const std::size_t second = text.find(' ', first + 1);
    return {.account = std::string(text.substr(0, first)),
            .signing_key = std::string(text.substr(first + 1, second - first - 1)),
            .usable = second == std::string_view::npos};
}

}  // namespace

base::Result<RunningCopy> parse_running_copy(std::string_view text) {
    const Fields json = Fields::parse(text, nullptr, false);
    if (!json.is_object() || text_field(json, "id").empty())
        return base::Error{Errc::bad_answer, "$SRV.INFO.provisioner"};
    RunningCopy copy{.id = text_field(json, "id"), .version = text_field(json, "version"), .server_id = {}};
    const auto metadata = json.find("metadata");
    if (metadata == json.end() || !metadata->is_object()) return copy;
    copy.server_id = text_field(*metadata, "server_id");
    for (const auto& [name, value] : metadata->items()) {
        constexpr std::string_view account = "account.";
        constexpr std::string_view role = "role.";
        if (!value.is_string()) continue;
        if (name.starts_with(account)) copy.accounts[name.substr(account.size())] = value.get<std::string>();
        if (name.starts_with(role))
            copy.roles[name.substr(role.size())] = parse_role(value.get<std::string>());
    }
    for (auto& [name, role] : copy.roles)
        role.alone_from = text_field(*metadata, ("alone." + name).c_str());
    return copy;
}

}  // namespace natscreds::accounts
