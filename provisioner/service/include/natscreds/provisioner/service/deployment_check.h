#pragma once

#include <string>
#include <system_error>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection_options.h>
#include <natscreds/jwt/token.h>
#include <natscreds/provisioner/service/configuration.h>

namespace natscreds::provisioner {

/// What can be seen, before the service starts, of the user that it is and of the accounts around it. The servers
/// decide in the end; this says it sooner, and says what no server would.

/// Whether the service cannot do its work, or can and somebody should know something.
enum class Weight { refusal, warning };

/// Something that the service's own user has to be allowed.
struct Requirement {
    enum class Doing { publish, subscribe };
    Doing doing;
    std::string subject;
    Weight weight;
    std::string otherwise;  ///< what becomes of the service without it
};

/// All that a configuration asks of the service's user, whose inboxes begin with `inbox_prefix`.
[[nodiscard]] std::vector<Requirement> requirements(const Configuration& configuration,
                                                    const std::string& inbox_prefix);

/// What is wrong between the accounts of a vouched deployment.
enum class DeploymentErrc {
    not_exported = 1,  ///< the service's account does not export one of its subjects
    not_imported,      ///< a client account does not import it, or not under its own key
    forgeable,         ///< somebody could ask in another's name
    other_account,     ///< `service_account` is not the account of the service's own credentials
};

std::error_code make_error_code(DeploymentErrc) noexcept;

struct Finding {
    Weight weight;
    base::Error error;  ///< bus::Errc::permission_denied or DeploymentErrc; names the subject and the account
};

/// What is known of a deployment.
struct Deployment {
    const Configuration& configuration;
    const jwt::Decoded<jwt::UserClaims>& own;  ///< the service's user
    std::string inbox_prefix;
    std::vector<jwt::Decoded<jwt::AccountClaims>> accounts;  ///< those whose JWTs are there
};

/// What is wrong with it: what the user may not do, as far as its permissions can be seen; subjects that are not
/// exported or imported as a vouched deployment needs them; others who could ask in anybody's name.
[[nodiscard]] std::vector<Finding> check_deployment(const Deployment& deployment);

/// The same for what the configuration names. Nothing is found where the service has no credentials.
/// Fails: as load_account.
[[nodiscard]] base::Result<std::vector<Finding>> look_at_deployment(const Configuration& configuration,
                                                                    const bus::ConnectionOptions& connection);

/// The same findings. Fails: as they do, and with the first of them that is a refusal.
[[nodiscard]] base::Result<std::vector<Finding>> unless_refused(base::Result<std::vector<Finding>> found);

}  // namespace natscreds::provisioner

template <>
struct std::is_error_code_enum<natscreds::provisioner::DeploymentErrc> : std::true_type {};
