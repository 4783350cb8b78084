#include "api_objects.h"

#include <nlohmann/json.hpp>

#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/role_object.h>

namespace natscreds::provisioner::kubernetes {
using Json = nlohmann::json;

bool is_role_object(std::string_view json) {
    return text(Json::parse(json, nullptr, false), "/kind"_json_pointer) == identity::role_kind;
}

base::Error refusal(const ApiAnswer& answer, const std::string& path) {
    const std::string why = text(Json::parse(answer.body, nullptr, false), "/message"_json_pointer);
    return {identity::Errc::refused,
            path + ": it answered " + std::to_string(answer.status) + (why.empty() ? "" : ": " + why)};
}

}  // namespace natscreds::provisioner::kubernetes
