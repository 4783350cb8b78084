#pragma once

#include <string>

namespace natscreds::provisioner {

/// What the system says of this process, in Prometheus' text format and under the names that its own libraries use:
/// process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes, process_threads,
/// process_open_fds, process_max_fds, process_start_time_seconds. What cannot be read is left out.
/// Source: proc(5).
[[nodiscard]] std::string process_figures();

}  // namespace natscreds::provisioner
