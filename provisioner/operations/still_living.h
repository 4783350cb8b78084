#pragma once

#include <vector>

#include <natscreds/provisioner/operations/carry_out.h>

namespace natscreds::provisioner {

/// Says of each key whose credentials have not expired until when they can be used, and what ends them before.
void tell_what_lives(const std::vector<NameKey>& keys, const Desk& desk);

}  // namespace natscreds::provisioner
