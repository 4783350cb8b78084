#pragma once

#include <functional>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/cli/console/command.h>
#include <natscreds/provisioner/operations/operator_command.h>

namespace natscreds::provisioner {

/// names, deny and all the others that look at the ledger and change it, as tables. Which of them was given, `take` is
/// told. Times without a date are counted from `now`.
[[nodiscard]] std::vector<console::Command> operator_commands(
    const std::function<void(OperatorCommand)>& take, base::Time now);

}  // namespace natscreds::provisioner
