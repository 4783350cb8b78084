#pragma once

#include <system_error>
#include <vector>

#include <natscreds/provisioner/service/configuration.h>
#include <natscreds/provisioner/service/deployment_check.h>
#include <natscreds/provisioner/service/startup.h>

namespace natscreds::provisioner {

/// Why servers would let nobody in, although the service runs.
enum class CalloutErrc {
    other_account = 1,  ///< `service_account` is not the account of the service's own credentials
    asked_about_us,     ///< the service's user is not one of the account's auth_users
    other_xkey,         ///< questions are sealed for another key than the service's, or one of both has none
    key_not_listed,     ///< answers are signed with a key that is not one of the account's
    account_not_allowed,  ///< the account that clients are put in is not one of the allowed ones
    unseen,               ///< the account's JWT is not there
};

std::error_code make_error_code(CalloutErrc) noexcept;

/// Whether the JWT that `[callout] service_account` names fits to what the service works with; with servers that have
/// no operator nothing is found. Fails: as load_account.
[[nodiscard]] base::Result<std::vector<Finding>> look_at_callout_account(const Configuration& configuration,
                                                                         const CalloutSetup& setup);

}  // namespace natscreds::provisioner

template <>
struct std::is_error_code_enum<natscreds::provisioner::CalloutErrc> : std::true_type {};
