#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/service_roles.h>

namespace natscreds::provisioner::identity {

/// Where the API server has NatsServiceRoles, and what they are.
inline constexpr std::string_view role_api_version = "nats.io/v1alpha2";
inline constexpr std::string_view role_kind = "NatsServiceRole";
inline constexpr std::string_view role_cluster_label = "nats_cluster";

/// A NatsServiceRole as it is written down.
struct RoleObject {
    std::string cluster;  ///< its label `nats_cluster`: on which NATS cluster it holds; empty: on none
    ServiceRole role;
};

/// Reads the JSON of one.
///
/// Shape:   `spec.permissions` has the lists `publish` and `subscribe`, both, and nothing else, so that a list that was
///          forgotten or misspelt is not taken for one that allows everything, or nothing; each at most 256 subjects of
///          at most 256 characters. In `subscribe`, "subject queue" allows members of that queue group only.
/// Fails:   Errc::too_large (256 KiB), bad_json; bad_role, whose detail names the object and the field.
/// Source:  the NATS operator's NatsServiceRole, nats.io/v1alpha2.
[[nodiscard]] base::Result<RoleObject> parse_role_object(std::string_view json);

/// Whether a ServiceAccount, or a namespace, or a cluster of the label's value and within a Secret's name, can be
/// called so.
/// Source: RFC 1123, as Kubernetes reads it.
[[nodiscard]] bool valid_object_name(std::string_view name) noexcept;

}  // namespace natscreds::provisioner::identity
