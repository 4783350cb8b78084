#include "api_objects.h"

#include <nlohmann/json.hpp>

#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/role_object.h>

namespace natscreds::provisioner::kubernetes {
namespace {

using Json = nlohmann::json;

/// A field that is a text; anything else is none.
std::string text(const Json& object, const char* name) {
    if (!object.is_object()) return {};
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::string text_of(const identity::AccountName& account) {
    return account.namespace_name + "/" + account.name;
}

bool is_role_object(std::string_view json) {
    return text(Json::parse(json, nullptr, false), "kind") == identity::role_kind;
}

base::Error refusal(const ApiAnswer& answer, const std::string& path) {
    const std::string why = text(Json::parse(answer.body, nullptr, false), "message");
    return {identity::Errc::refused,
            path + ": it answered " + std::to_string(answer.status) + (why.empty() ? "" : ": " + why)};
}

}  // namespace natscreds::provisioner::kubernetes
