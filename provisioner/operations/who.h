#pragma once

#include <string>
#include <variant>

#include <natscreds/provisioner/operations/carry_out.h>

/// Whom an operator means.
namespace natscreds::provisioner {

/// An owner, or a requester whatever its account.
using Who = std::variant<Owner, nkeys::PublicKey>;

/// By an owner's text, a requester's key, or the name of a requester. Fails: OperationErrc::nobody; as Ledger.
[[nodiscard]] base::Result<Who> who(const std::string& text, const Desk& desk);

/// "name wallyqs"
[[nodiscard]] std::string shown(const Denial& whom);

}  // namespace natscreds::provisioner
