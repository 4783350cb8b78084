#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/kubernetes/api_server.h>

namespace natscreds::provisioner::kubernetes {

/// The text that stands there; none where anything on the way is missing or something else. A template, so that the
/// JSON library's types stay in the sources that read with it.
template <class Json>
[[nodiscard]] std::string text(const Json& object, const typename Json::json_pointer& where) {
    if (!object.contains(where)) return {};
    const Json& found = object.at(where);
    return found.is_string() ? found.template get<std::string>() : std::string();
}

/// The object as JSON, in which U+FFFD stands for what is not UTF-8.
template <class Json>
[[nodiscard]] std::string json_text(const Json& object) {
    return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Whether an object in JSON calls itself a NatsServiceRole, whatever else is in it.
[[nodiscard]] bool is_role_object(std::string_view json);

/// Why the API server said no, in its own words.
/// Source: Kubernetes API, meta/v1 Status.
[[nodiscard]] base::Error refusal(const ApiAnswer& answer, const std::string& path);

}  // namespace natscreds::provisioner::kubernetes
