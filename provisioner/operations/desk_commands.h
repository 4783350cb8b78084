#pragma once

#include <natscreds/provisioner/operations/carry_out.h>

/// A function for each kind of command.
namespace natscreds::provisioner {

[[nodiscard]] base::Status perform(const ListNames& wanted, const Desk& desk);
[[nodiscard]] base::Status perform(const ShowName& wanted, const Desk& desk);
[[nodiscard]] base::Status perform(const ReleaseName& wanted, const Desk& desk);
[[nodiscard]] base::Status perform(const TransferName& wanted, const Desk& desk);
[[nodiscard]] base::Status perform(const Deny& wanted, const Desk& desk);
[[nodiscard]] base::Status perform(const Allow& wanted, const Desk& desk);
[[nodiscard]] base::Status perform(const Revoke& wanted, const Desk& desk);
[[nodiscard]] base::Status perform(const ListDenials& wanted, const Desk& desk);
[[nodiscard]] base::Status perform(const AddRequester& wanted, const Desk& desk);
[[nodiscard]] base::Status perform(const RemoveRequester& wanted, const Desk& desk);
[[nodiscard]] base::Status perform(const ListRequesters& wanted, const Desk& desk);

/// As perform(const Deny&), which warns where the ledger does not know whom.
[[nodiscard]] base::Status deny(const DenialRecord& denial, const Desk& desk);

}  // namespace natscreds::provisioner
