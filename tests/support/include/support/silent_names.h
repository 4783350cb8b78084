#pragma once

namespace natscreds::support {

/// From now on this process, which has to be a child with one thread, has name servers that take each question and
/// answer none, and no other network. Returns whether the machine allows that.
[[nodiscard]] bool silence_name_servers();

}  // namespace natscreds::support
