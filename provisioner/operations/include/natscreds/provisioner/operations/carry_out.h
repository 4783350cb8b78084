#pragma once

#include <chrono>
#include <iosfwd>
#include <string>
#include <system_error>

#include <natscreds/base/clock.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/cli/console/reporter.h>
#include <natscreds/provisioner/ledger/ledger.h>
#include <natscreds/provisioner/operations/live_connections.h>
#include <natscreds/provisioner/operations/operator_command.h>
#include <natscreds/provisioner/policy/policy.h>

namespace natscreds::provisioner {

/// What a command is carried out with.
struct Desk {
    Ledger& ledger;
    const PolicyRules& rules;
    std::string account;  ///< the name of the policy's default one
    base::Time now;
    base::Random& random;
    std::string by;  ///< who types: "ann@host"
    std::ostream& out;
    const console::Reporter& reporter;
    Servers* servers = nullptr;               ///< none: nobody's connections can be ended
    std::chrono::milliseconds timeout{2000};  ///< with services that are to audit what was done
};

/// Does what was asked for, in the ledger that services use meanwhile. Lists go to `out`, page by page; what was changed,
/// and what is odd about it, is said by the reporter. What is to be changed is noted in the ledger before, for the audit
/// of a service; where none has taken it in time, that is said. What cannot be noted is not done, unless it takes
/// something from somebody.
/// Fails: OperationErrc; access::Reason::ledger_unavailable and as Ledger.
[[nodiscard]] base::Status carry_out(const OperatorCommand& command, const Desk& desk);

/// Why a command is not carried out, though it makes sense.
enum class OperationErrc {
    no_such_name = 1,  ///< the ledger has no record of it
    nobody,            ///< no owner, no key of a user, and no requester's name
    in_the_policy,     ///< a requester that the configuration lists is not the ledger's to change
};

std::error_code make_error_code(OperationErrc) noexcept;

}  // namespace natscreds::provisioner

template <>
struct std::is_error_code_enum<natscreds::provisioner::OperationErrc> : std::true_type {};
