#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>

namespace natscreds::provisioner::kubernetes {

/// The objects of a file as kubectl takes it, each as JSON: YAML (of which JSON is a part), one document or several,
/// where a `List` stands for its items.
///
/// Holds:   a value in quotes is a text, and one without is what JSON has for it, or else a text; an empty document
///          is no object.
/// Fails:   std::errc::invalid_argument: no YAML, not objects, a key twice, nested deeper than 64, or more than
///          100,000 values, aliases counted as often as they are used. The detail says in which line.
[[nodiscard]] base::Result<std::vector<std::string>> read_manifests(std::string_view text);

}  // namespace natscreds::provisioner::kubernetes
