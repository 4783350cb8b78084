#pragma once

namespace natscreds::base {

/// Names the calling thread for debuggers, `top -H` and /proc/PID/task/*/comm. At most 15 characters; what is longer is
/// not taken. docs/architecture.md, "Threads", lists the names.
void name_thread(const char* name) noexcept;

}  // namespace natscreds::base
