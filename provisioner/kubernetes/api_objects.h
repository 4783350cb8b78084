#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/service_roles.h>
#include <natscreds/provisioner/kubernetes/api_server.h>

namespace natscreds::provisioner::kubernetes {

/// "namespace/name"
[[nodiscard]] std::string text_of(const identity::AccountName& account);

/// Whether an object in JSON calls itself a NatsServiceRole, whatever else is in it.
[[nodiscard]] bool is_role_object(std::string_view json);

/// Why the API server said no, in its own words.
/// Source: Kubernetes API, meta/v1 Status.
[[nodiscard]] base::Error refusal(const ApiAnswer& answer, const std::string& path);

}  // namespace natscreds::provisioner::kubernetes
