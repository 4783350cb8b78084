#pragma once

#include <natscreds/provisioner/policy/requesters.h>

#include "toml_section.h"

namespace natscreds::provisioner {

/// `[requesters]`: ann = { key = "U...", roles = ["chat"] }. One key under two names is a mistake that names both.
[[nodiscard]] Requesters read_requesters(TomlSection section);

}  // namespace natscreds::provisioner
